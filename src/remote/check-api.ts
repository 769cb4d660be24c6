/** Looks whether a Daytona-compatible API answers and takes the key. Changes nothing. */
import { z } from 'zod';
import { toThawError } from '../errors.ts';
import { type ApiDependencies, openApi } from './api.ts';
import { cleanText } from './clean-text.ts';

export interface ApiCheck {
  readonly reachable: boolean;
  readonly accepted: boolean;
  /** What the server calls itself, or what went wrong. */
  readonly found: string;
  /** What to do, where something can be done. */
  readonly advice: string | null;
}

const CHECK_LIMIT_MS = 10_000;
const Configuration = z.looseObject({ version: z.string().optional() });

/** Never throws. */
export async function checkApi(dependencies: ApiDependencies): Promise<ApiCheck> {
  const api = openApi(dependencies);
  const { signal } = new AbortController();
  const secrets = [dependencies.settings.token];
  let version = '';
  try {
    // Public, so it tells the way from the key.
    const operation = { name: 'config', timeoutMs: CHECK_LIMIT_MS, idempotent: true };
    const url = `${dependencies.settings.apiUrl}/config`;
    const answer = await api.send({ method: 'GET', url, headers: {}, body: null }, operation, signal);
    const parsed = Configuration.safeParse(JSON.parse(answer.body.toString('utf8')));
    version = parsed.success ? cleanText(parsed.data.version ?? '', secrets) : '';
  } catch (error) {
    const { code, message, next } = toThawError(error);
    if (code === 'backend_unreachable' || code === 'timeout')
      return { reachable: false, accepted: false, found: message, advice: next };
  }
  try {
    const operation = { name: 'listSandboxes', timeoutMs: CHECK_LIMIT_MS, idempotent: true };
    await api.call(operation, z.unknown(), { signal }, (init) =>
      api.client.GET('/sandbox', { params: { query: { limit: 1 } }, ...init }),
    );
    const found = version === '' ? 'answers' : `answers, version ${version}`;
    return { reachable: true, accepted: true, found, advice: null };
  } catch (error) {
    const { code, message, next } = toThawError(error);
    const reachable = code !== 'backend_unreachable' && code !== 'timeout';
    return { reachable, accepted: false, found: message, advice: next };
  }
}
