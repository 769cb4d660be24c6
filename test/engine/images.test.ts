/** Images on the real daemon, whichever image store it has. */
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../src/engine/docker/client.ts';

const docker = createDockerClient(inject('endpoint'));
const MIB = 1024 ** 2;
const reference = 'thaw/image-test:1';

it('has the size that it takes on the disk, not that of its compressed layers', async () => {
  const tar = pack();
  // Zeros: next to nothing when compressed.
  tar.entry({ name: 'zeros' }, Buffer.alloc(20 * MIB));
  tar.finalize();
  onTestFinished(() => docker.removeImage(reference));
  await docker.importImage(Readable.from([await buffer(tar)]), reference, []);
  const facts = await docker.inspectImage(reference);
  expect(facts?.sizeBytes).toBeGreaterThanOrEqual(20 * MIB);
  expect(facts?.sizeBytes).toBeLessThan(45 * MIB);
  expect((await docker.inspectImage(facts?.id ?? ''))?.sizeBytes).toBe(facts?.sizeBytes);
});
