/** The built command line with the real engine, on the daemon that the test run prepared. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { inject } from 'vitest';
import { describeEndpoint } from '../../src/engine/docker/endpoint.ts';
import { OwnerSpace } from './owner.ts';

const at = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export const repository = at('');

/** Brings dist/ up to date and opens a place for an owner. `dispose` it. */
export async function realOwnerSpace(env: Readonly<Record<string, string>> = {}): Promise<OwnerSpace> {
  await promisify(execFile)(process.execPath, [at('src/setup/build.mjs')], { timeout: 120_000 });
  return new OwnerSpace(at('dist/thaw.mjs'), {
    THAW_DOCKER_HOST: describeEndpoint(inject('endpoint')),
    THAW_DEFAULT_IMAGE: inject('snapshot').image,
    THAW_POOL_TARGET: '2',
    ...env,
  });
}
