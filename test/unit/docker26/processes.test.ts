/** Ending all processes of a mount namespace, on real ones. */
import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { MountNamespace } from '../../docker26/processes.ts';

const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

test.skipIf(!isRoot)(
  'ends those of the namespace and what descends from them, and nothing else',
  async () => {
    // A process of the namespace, one that left it for another, and one that has nothing to do with either.
    const script = 'unshare --mount sleep 1000 & exec sleep 1000';
    const inside = spawn('unshare', ['--mount', 'sh', '-c', script], { stdio: 'ignore' });
    const bystander = spawn('sleep', ['1000'], { stdio: 'ignore' });
    try {
      let namespace: MountNamespace | null = null;
      while (namespace === null && inside.exitCode === null) {
        namespace = await MountNamespace.of(inside.pid ?? 0);
      }
      if (namespace === null) throw new Error('the process is gone');
      const found = namespace;
      await expect.poll(async () => (await found.processes()).length).toBe(2);
      const pids = await found.processes();
      expect(pids).toContain(inside.pid);
      await found.end();
      for (const pid of pids) expect(await MountNamespace.of(pid)).toBeNull();
      expect(bystander.exitCode ?? bystander.signalCode).toBeNull();
    } finally {
      inside.kill('SIGKILL');
      bystander.kill('SIGKILL');
    }
  },
);

test.skipIf(process.platform !== 'linux')('never takes the namespace of this process', async () => {
  expect(await MountNamespace.of(process.pid)).toBeNull();
});
