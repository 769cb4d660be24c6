/** Where an owner of a test serves HTTP, and the key that it made at its first start. */
import { readFileSync } from 'node:fs';
import { vi } from 'vitest';
import { fetchStatus } from '../../src/control/control-client.ts';
import type { OwnerSpace } from './owner.ts';

export interface OwnerHttp {
  readonly url: string;
  readonly key: string;
}

/** Waits until the owner of the place listens. */
export const ownerHttp = (space: OwnerSpace): Promise<OwnerHttp> =>
  vi.waitFor(
    async () => {
      const http = (await fetchStatus(space.paths.controlSocket))?.http;
      if (typeof http?.keyFile !== 'string') throw new Error('HTTP is not served yet');
      return { url: http.url, key: readFileSync(http.keyFile, 'utf8').trim() };
    },
    { timeout: 30_000, interval: 50 },
  );
