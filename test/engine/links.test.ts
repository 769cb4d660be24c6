/** The two ways to an agent: straight to its socket where the owner may, and over Docker's attach stream everywhere. */
import { rmSync } from 'node:fs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { launchGuest } from '../../src/engine/guest/guest.ts';
import { networkName } from '../../src/engine/labels.ts';
import { defaultLimits } from '../../src/engine/limits.ts';
import { defaultNetwork } from '../../src/engine/network/policy.ts';
import { openContext } from '../../src/engine/open-context.ts';
import { newSandboxId } from '../../src/ids.ts';
import { describeExec } from '../support/engine-suites/exec.ts';
import { describeFiles } from '../support/engine-suites/files.ts';
import { describeLifecycle } from '../support/engine-suites/lifecycle.ts';
import {
  call,
  type EngineChange,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../support/open-engine.ts';

/** The connection to the agent of a container of its own, without a sandbox around it. */
async function launch(change: EngineChange) {
  const stateDir = makeStateDir();
  const options = testEngineOptions(stateDir, change);
  const context = await openContext(options, (await options.docker.info()).rootDir);
  const { owner, volume, docker } = context;
  const image = context.snapshots.default.imageId;
  const plan = { id: newSandboxId(), owner, image, volume, network: defaultNetwork, pids: 64 };
  const guest = await launchGuest(context, { ...plan, limits: defaultLimits(options) }, () => undefined);
  onTestFinished(async () => {
    guest.agent.close();
    await docker.removeContainer(guest.containerId);
    await context.host.close();
    context.store.close();
    await docker.removeNetwork(networkName(owner));
    if (volume !== null) await docker.removeVolume(volume.name);
    rmSync(stateDir, { recursive: true });
  });
  return guest.agent;
}

describe('a direct link', () => {
  it('is what the agent of a sandbox is reached over', async () => {
    expect((await launch({})).direct).toBeUndefined();
    expect((await launch({ directLinks: 'off' })).direct).toBeDefined();
  });

  it('is nothing that root in the sandbox could see or take', async () => {
    const engine = await openTestEngine();
    const { id } = await engine.lifecycle.create({}, call());
    const command = [
      // That there are some is no secret; where they lead is, and so is the way through them.
      'for fd in /proc/1/fd/*; do readlink "$fd" || cat "$fd"; done | wc -l',
      'find / -xdev -name ".thaw-*" 2>/dev/null; find /dev -name ".thaw-*"',
      'grep thaw /proc/net/unix',
      'true',
    ].join('\n');
    const { stdout, stderr } = await engine.exec.exec(id, { command, user: 'root' }, call());
    expect(stdout).toBe('0\n');
    expect(stderr).toContain('Permission denied');
  });
});

describe('over the attach stream', () => {
  const open = (change: EngineChange = {}) => openTestEngine({ ...change, directLinks: 'off' });
  describeLifecycle(open);
  describeExec(open);
  describeFiles(open);
});
