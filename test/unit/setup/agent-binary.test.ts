/** Finding the guest agent, and doing without it. */
import { describe, expect, it } from 'vitest';
import { ensureAgentBinary, findAgentBinary } from '../../../src/setup/agent-binary.ts';
import type { CheckContext } from '../../../src/setup/checks/check.ts';
import type { DaemonFacts } from '../../../src/setup/checks/daemon-facts.ts';
import { agentCheck } from '../../../src/setup/checks/made-things.ts';
import { silentProgress } from '../../../src/setup/progress.ts';
import { fakeHost } from './fake-host.ts';

describe('the guest agent', () => {
  it('is found by the names that daemons give to architectures', async () => {
    const { root, put } = await fakeHost();
    const path = await put('thaw-agent-arm64', '');
    expect(await findAgentBinary('aarch64', [root])).toBe(path);
    expect(await findAgentBinary('arm64', [root])).toBe(path);
    expect(await findAgentBinary('amd64', [root])).toBeNull();
  });

  it.each([
    ['s390x', 'node src/guest/build.mjs s390x'],
    [process.arch === 'x64' ? 'amd64' : 'arm64', 'cc'],
  ])(
    'is done without on %s where it cannot be built, and the note says what that costs and what to do',
    async (dockerArch, advice) => {
      const { host, root } = await fakeHost();
      const notes: string[] = [];
      const progress = { ...silentProgress, note: (line: string) => notes.push(line) };
      const options = { host, dockerArch, install: true, directories: [root] };
      expect(await ensureAgentBinary(options, progress)).toBeNull();
      expect(notes).toHaveLength(1);
      expect(notes[0]).toContain(`No guest agent for ${dockerArch}`);
      expect(notes[0]).toContain('docker exec');
      expect(notes[0]).toContain(advice);
    },
  );

  it('is a warning of the doctor when it is missing, not a failure', async () => {
    const { host, root } = await fakeHost();
    const daemon: DaemonFacts = {
      ServerVersion: '28.0.0',
      Architecture: 's390x',
      OSType: 'linux',
      OperatingSystem: '',
      KernelVersion: '',
      Driver: 'overlay2',
      CgroupVersion: '2',
      CgroupDriver: 'cgroupfs',
      DockerRootDir: root,
      MemoryLimit: true,
      PidsLimit: true,
      CpuCfsQuota: true,
      LiveRestoreEnabled: true,
      ExperimentalBuild: false,
      Runtimes: {},
      NCPU: 1,
      MemTotal: 1,
    };
    const context: CheckContext = {
      host,
      nodeVersion: process.version,
      engine: {
        endpoint: { kind: 'socket', path: root },
        source: 'a test',
        managed: false,
        rejected: [],
        daemon,
      },
      stateDir: root,
      engineDir: root,
      cacheDir: root,
      snapshotImage: 'none',
      ownerPid: null,
      local: true,
    };
    expect(await agentCheck.run(context)).toMatchObject({
      status: 'warn',
      found: 'none for s390x',
      advice: expect.stringContaining('docker exec'),
    });
  });
});
