/** An owner process with its HTTP side, and the key that its first start made. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fetchStatus } from '../../src/control/control-client.ts';
import type { OwnerSpace } from './owner.ts';
import { realOwnerSpace } from './real-owner.ts';

const READY_MS = 60_000;
const LOOK_AGAIN_MS = 50;

export interface RestOwner {
  readonly space: OwnerSpace;
  /** `http://127.0.0.1:PORT`. */
  readonly base: string;
  readonly apiUrl: string;
  readonly apiKey: string;
  close(): Promise<void>;
}

/** Resolves when the engine is ready. Throws when the owner does not listen for HTTP within a minute. */
export async function openRestOwner(env: Readonly<Record<string, string>> = {}): Promise<RestOwner> {
  const space = await realOwnerSpace(env);
  try {
    const owner = space.spawn('serve');
    const ended = once(owner, 'exit').then(() => {
      throw new Error('the owner ended');
    });
    ended.catch(() => undefined);
    const until = Date.now() + READY_MS;
    for (;;) {
      const status = await Promise.race([fetchStatus(space.paths.controlSocket), ended]);
      const { http = null, preparation } = status ?? {};
      if (http !== null && preparation?.state === 'ready') {
        const { url, keyFile } = http;
        if (keyFile === null) throw new Error('the owner made no key');
        const apiKey = readFileSync(keyFile, 'utf8').trim();
        return { space, base: url, apiUrl: `${url}/api`, apiKey, close: () => space.dispose() };
      }
      if (Date.now() > until) throw new Error(`the owner is not ready: ${JSON.stringify(status)}`);
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
    }
  } catch (error) {
    await space.dispose();
    throw error;
  }
}
