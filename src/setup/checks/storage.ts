/** Room on the disks and rights on the directories that Thaw writes to. */
import { constants } from 'node:fs';
import { access, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Check } from './check.ts';

const wantedBytes = 5 * 1024 ** 3;
const neededBytes = 1024 ** 3;

/** The directory itself or its nearest parent that exists. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    const parent = dirname(path);
    return parent === path ? path : await nearestExisting(parent);
  }
}

export const diskCheck: Check = {
  id: 'disk-space',
  title: 'Disk space',
  async run({ engine, engineDir, local }) {
    if ('daemon' in engine && !local) return { status: 'info', found: "on the daemon's machine" };
    const root = 'daemon' in engine ? engine.daemon.DockerRootDir : engineDir;
    const directory = await nearestExisting(root);
    const { bavail, bsize } = await statfs(directory);
    const freeBytes = bavail * bsize;
    const found = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free for ${root}`;
    if (freeBytes >= wantedBytes) return { status: 'ok', found };
    return {
      status: freeBytes < neededBytes ? 'fail' : 'warn',
      found,
      advice: 'Sandboxes and snapshots need room: 5 GiB at least.',
    };
  },
};

export const stateDirCheck: Check = {
  id: 'state-dir',
  title: 'State directory',
  async run({ stateDir }) {
    const existing = await nearestExisting(stateDir);
    try {
      await access(existing, constants.W_OK);
      return { status: 'ok', found: existing === stateDir ? stateDir : `${stateDir} (will be made)` };
    } catch {
      return {
        status: 'fail',
        found: `${existing} cannot be written to`,
        advice: 'Set THAW_STATE_DIR to a directory of this user.',
      };
    }
  },
};

export const ownerCheck: Check = {
  id: 'owner',
  title: 'Owner',
  run: async ({ ownerPid }) =>
    ownerPid === null
      ? { status: 'info', found: 'none runs; `thaw mcp` starts one' }
      : { status: 'ok', found: `runs as process ${ownerPid}` },
};
