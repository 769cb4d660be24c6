/**
 * The classes of errors of a server in trouble: its Docker Engine fails or is gone, an archive is damaged, and somebody
 * tries keys. What they do to the server lasts, so they come after all other tests of it.
 */
import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { DockerRelay } from '../docker-relay.ts';
import type { OwnerSpace } from '../owner.ts';
import { type ErrorCase, expectCase } from './error-case.ts';
import type { SdkSandbox } from './sdk-types.ts';
import type { SdkStage } from './stage.ts';

export interface Trouble {
  readonly relay: DockerRelay;
  readonly space: OwnerSpace;
}

/** More wrong keys than an address may try. */
const WRONG_KEYS = 25;

async function tryKeys({ connect }: SdkStage): Promise<void> {
  const client = connect(`dtn_${'1'.repeat(64)}`);
  try {
    for (let tried = 0; tried < WRONG_KEYS; tried += 1)
      await client.get('any').catch((error: unknown) => expect(error).toHaveProperty('statusCode'));
    await client.get('any');
  } finally {
    await client[Symbol.asyncDispose]?.();
  }
}

async function startDamaged({ daytona }: SdkStage, { space }: Trouble): Promise<void> {
  const sandbox: SdkSandbox = await daytona.create();
  try {
    await sandbox.stop();
    await sandbox.archive();
    const objects = join(space.paths.stateDir, 'objects');
    const names = await readdir(objects);
    await Promise.all(names.map((name) => truncate(join(objects, name), 10)));
    await sandbox.start();
  } finally {
    await sandbox.delete();
  }
}

const withEngine =
  (health: 'failing' | 'gone') =>
  async ({ daytona, name }: SdkStage, { relay }: Trouble): Promise<void> => {
    relay.setHealth(health);
    try {
      await daytona.volume.create(name(health));
    } finally {
      relay.setHealth('well');
    }
  };

const cases = {
  DaytonaInternalServerError: startDamaged,
  DaytonaBadGatewayError: withEngine('failing'),
  DaytonaServiceUnavailableError: withEngine('gone'),
  DaytonaRateLimitError: tryKeys,
} satisfies Record<string, (stage: SdkStage, trouble: Trouble) => Promise<void>>;

export const troubleClasses: readonly string[] = Object.keys(cases);

export function troubleTests(stages: () => readonly SdkStage[], trouble: () => Trouble): void {
  it.each(Object.entries(cases))('throws %s', async (name, provoke) => {
    for (const stage of stages()) {
      const one: ErrorCase = { name, provoke: (given) => provoke(given, trouble()) };
      await expectCase(one, stage);
    }
  });
}
