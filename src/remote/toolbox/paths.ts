/** Absolute paths for relative ones: they begin where the toolbox's own work directory is. */
import { posix } from 'node:path';
import { z } from 'zod';
import type { CallContext } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import { callToolbox } from './call.ts';

const Directory = z.looseObject({ dir: z.string().startsWith('/') });

const MAX_REMEMBERED = 2_000;

export class WorkDirectories {
  readonly #known = new Map<string, string>();

  /** `path` as an absolute one. Costs a request for the first relative path of a sandbox. */
  async resolve(remote: RemoteContext, sandbox: string, path: string, context: CallContext): Promise<string> {
    if (path.startsWith('/')) return posix.normalize(path);
    const { id } = await remote.places.find(sandbox, context);
    let directory = this.#known.get(id);
    if (directory === undefined) {
      const request = { method: 'GET', path: '/work-dir', idempotent: true };
      directory = (await callToolbox(remote, sandbox, request, Directory, context)).value.dir;
      if (this.#known.size >= MAX_REMEMBERED) this.#known.clear();
      this.#known.set(id, directory);
    }
    return posix.resolve(directory, path);
  }
}
