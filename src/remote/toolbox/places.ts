/**
 * Where the toolbox of each sandbox is, remembered so that a command costs one request. What a server names as an
 * address gets the key, so it is checked first.
 */
import { z } from 'zod';
import type { CallContext } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { Api } from '../api.ts';
import { fetchSandbox } from '../sandboxes/fetch.ts';
import type { WireSandbox } from '../wire/sandbox.ts';

/** More sandboxes than anybody works with at once. */
const MAX_PLACES = 2_000;

export interface ToolboxPlace {
  readonly id: string;
  /** Of the sandbox's own toolbox, without a slash at the end. */
  readonly url: string;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\]|[a-z0-9.-]+\.localhost)$/;

/** `url` when it may get the key. Throws `backend_error`. */
export function checkPlace(url: string, apiUrl: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const plain = parsed?.protocol === 'http:';
  const fits = parsed !== null && (plain || parsed.protocol === 'https:') && parsed.username === '';
  const downgrades = plain && apiUrl.startsWith('https:') && !LOOPBACK.test(parsed?.hostname ?? '');
  if (fits && !downgrades) return url.replace(/\/+$/, '');
  throw new ThawError(
    'backend_error',
    `The server at ${new URL(apiUrl).origin} names an unsafe address of its own.`,
    {
      next: 'The key is not sent there. Tell who runs the server that its toolbox and log addresses must be https.',
    },
  );
}

export class ToolboxPlaces {
  readonly #api: Api;
  readonly #places = new Map<string, ToolboxPlace>();

  constructor(api: Api) {
    this.#api = api;
  }

  /** Remembers what an answer about a sandbox says, under its id and under what the caller named it by. */
  learn(reference: string, { id, toolboxProxyUrl }: Pick<WireSandbox, 'id' | 'toolboxProxyUrl'>): void {
    if (toolboxProxyUrl === '') return;
    this.#put([id, reference], { id, url: `${toolboxProxyUrl.replace(/\/+$/, '')}/${id}` });
  }

  forget(...references: readonly string[]): void {
    for (const reference of references) this.#places.delete(reference);
  }

  /** Whether `reference` would be answered without a request. */
  knows(reference: string): boolean {
    return this.#places.has(reference);
  }

  /** Throws `sandbox_not_found` and `backend_error`. */
  async find(reference: string, context: Pick<CallContext, 'signal'>): Promise<ToolboxPlace> {
    const known = this.#places.get(reference);
    if (known !== undefined) return known;
    const sandbox = await fetchSandbox({ api: this.#api, places: this }, reference, context);
    const place = this.#places.get(sandbox.id) ?? {
      id: sandbox.id,
      url: await this.#ask(sandbox.id, context),
    };
    this.#put([sandbox.id, reference], place);
    return place;
  }

  /** For servers that do not name it with the sandbox: an operation of its own, or the toolbox behind the API. */
  async #ask(id: string, context: Pick<CallContext, 'signal'>): Promise<string> {
    const { client, settings } = this.#api;
    try {
      const operation = { name: 'getToolboxProxyUrl', idempotent: true };
      const Url = z.looseObject({ url: z.string() });
      const { url } = await this.#api.call(operation, Url, context, (init) =>
        client.GET('/sandbox/{sandboxId}/toolbox-proxy-url', {
          params: { path: { sandboxId: id } },
          ...init,
        }),
      );
      return `${url.replace(/\/+$/, '')}/${id}`;
    } catch (error) {
      if (!isThawError(error, 'unsupported_by_backend')) throw error;
      return `${settings.apiUrl}/toolbox/${id}/toolbox`;
    }
  }

  #put(references: readonly string[], place: ToolboxPlace): void {
    const checked = { id: place.id, url: checkPlace(place.url, this.#api.settings.apiUrl) };
    for (const reference of references) {
      this.#places.delete(reference);
      this.#places.set(reference, checked);
    }
    while (this.#places.size > MAX_PLACES) {
      const [oldest = ''] = this.#places.keys();
      this.#places.delete(oldest);
    }
  }
}
