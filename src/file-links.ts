/** Links to the toolbox's signable routes, under an address at which the caller reaches this owner. */
import type { FileLinks } from '../tools/file-links.ts';
import { type Clock, toTimestamp } from './clock.ts';
import { signFileUrl } from './signed-urls.ts';

/** Long enough for an agent to pass one on and use it, short enough not to matter in a transcript. */
const LIFETIME_MS = 900_000;

const routes = {
  download: { method: 'GET', route: 'download' },
  upload: { method: 'POST', route: 'upload-v2' },
} as const;

export interface FileLinkOptions {
  /** As `http://127.0.0.1:3900`; null while HTTP is not served. */
  readonly base: () => string | null;
  readonly clock: Clock;
  readonly prefix?: string;
}

export function fileLinks({ base, clock, prefix = '/toolbox' }: FileLinkOptions): FileLinks {
  return {
    sign({ use, sandboxId, path, key }) {
      const origin = base();
      if (origin === null) return null;
      const { method, route } = routes[use];
      const expiresSeconds = Math.floor((clock.now() + LIFETIME_MS) / 1000);
      const expires = String(expiresSeconds);
      const signature = signFileUrl(key, { method, path, expires });
      const query = new URLSearchParams({ path, expires, signature });
      const url = `${origin}${prefix}/${encodeURIComponent(sandboxId)}/files/${route}?${query.toString()}`;
      return { url, expiresAt: toTimestamp(expiresSeconds * 1000) };
    },
  };
}
