/** Ending all processes of a mount namespace, on real ones. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { endProcessesOf, processesOf } from '../../docker26/processes.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

test.skipIf(!isRoot)(
  'ends those of the namespace and what descends from them, and nothing else',
  async () => {
    // A process of the namespace, one that left it for another, and one that has nothing to do with either.
    const script = 'unshare --mount sleep 1000 & readlink /proc/self/ns/mnt; exec sleep 1000';
    const inside = spawn('unshare', ['--mount', 'sh', '-c', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' });
    try {
      const [line] = await once(inside.stdout, 'data');
      const namespace = String(line).trim();
      await expect.poll(async () => (await processesOf(namespace)).length).toBe(2);
      expect(await processesOf(namespace)).toContain(inside.pid);
      await endProcessesOf(namespace);
      expect(await processesOf(namespace)).toEqual([]);
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    } finally {
      inside.kill('SIGKILL');
      bystander.kill('SIGKILL');
    }
  },
);

test.skipIf(process.platform !== 'linux')('refuses the namespace of this process', async () => {
  await expect(endProcessesOf(await readlink('/proc/self/ns/mnt'))).rejects.toThrow(
    'no mount namespace of its own',
  );
});
