/** Cgroup files are found and written for every layout of the host. */
import { describe, expect, it } from 'vitest';
import { CGROUP_MOUNT, parseCgroupFile } from '../../../src/engine/host/cgroup-paths.ts';
import { freezeWrites, limitWrites } from '../../../src/engine/host/cgroup-writes.ts';

const hybrid = [
  '8:pids:/docker/c1',
  '6:freezer:/docker/c1',
  '4:memory:/docker/c1',
  '2:cpu,cpuacct:/docker/c1',
  '0::/docker/c1',
].join('\n');
const legacy = hybrid.replace('0::/docker/c1', '');
const unified = '0::/system.slice/docker-c1.scope\n';
const low = { cpuCores: 1, memoryBytes: 100 };
const high = { cpuCores: 2, memoryBytes: 200 };

describe('parseCgroupFile', () => {
  it('finds the v2 place beside the v1 controllers', () => {
    const paths = parseCgroupFile(hybrid, 'hybrid');
    expect(paths.unified).toBe(`${CGROUP_MOUNT}/unified/docker/c1`);
    expect(paths.controllers['cpu']).toBe(`${CGROUP_MOUNT}/cpu,cpuacct/docker/c1`);
  });

  it('finds the v2 place of a pure v2 host', () => {
    expect(parseCgroupFile(unified, 'unified')).toEqual({
      unified: `${CGROUP_MOUNT}/system.slice/docker-c1.scope`,
      controllers: {},
    });
  });

  it('passes over v1 hierarchies that are not the host’s way of limiting', () => {
    const paths = parseCgroupFile(`3:memory:/user\n1:net_cls:/vpn\n${unified}`, 'unified');
    expect(paths.controllers).toEqual({});
    expect(limitWrites(paths, high, low)[1]?.path).toMatch(/docker-c1\.scope\/memory\.max$/);
  });

  it('never answers the root of the tree, which would freeze the host', () => {
    expect(() => parseCgroupFile('0::/\n6:freezer:/\n', 'hybrid')).toThrow(/no cgroup of its own/);
    expect(() => parseCgroupFile('0::/../../x\n', 'unified')).toThrow(/no cgroup of its own/);
    expect(() => parseCgroupFile('garbage', 'legacy')).toThrow(/no cgroup of its own/);
  });
});

describe('freezeWrites', () => {
  it('prefers v2 and falls back to the v1 freezer', () => {
    expect(freezeWrites(parseCgroupFile(hybrid, 'hybrid'), true)).toEqual([
      { path: `${CGROUP_MOUNT}/unified/docker/c1/cgroup.freeze`, data: '1' },
    ]);
    expect(freezeWrites(parseCgroupFile(legacy, 'legacy'), false)).toEqual([
      { path: `${CGROUP_MOUNT}/freezer/docker/c1/freezer.state`, data: 'THAWED' },
    ]);
  });
});

describe('limitWrites', () => {
  it('writes nothing for the same limits', () => {
    expect(limitWrites(parseCgroupFile(hybrid, 'hybrid'), low, { ...low })).toEqual([]);
  });

  it('keeps memory below memory and swap at every moment on v1', () => {
    const paths = parseCgroupFile(hybrid, 'hybrid');
    const files = (wanted: typeof low, current: typeof low) =>
      limitWrites(paths, wanted, current)
        .map(({ path }) => path.split('/').at(-1))
        .filter((name) => name?.startsWith('memory'));
    expect(files(high, low)).toEqual(['memory.memsw.limit_in_bytes', 'memory.limit_in_bytes']);
    expect(files(low, high)).toEqual(['memory.limit_in_bytes', 'memory.memsw.limit_in_bytes']);
  });

  it('writes quota and period on v2, and no swap', () => {
    const directory = `${CGROUP_MOUNT}/system.slice/docker-c1.scope`;
    expect(limitWrites(parseCgroupFile(unified, 'unified'), high, low)).toEqual([
      { path: `${directory}/cpu.max`, data: '200000 100000' },
      { path: `${directory}/memory.max`, data: '200' },
      { path: `${directory}/memory.swap.max`, data: '0', optional: true },
    ]);
  });
});
