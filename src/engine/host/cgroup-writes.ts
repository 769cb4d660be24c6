/** The writes that freeze, thaw and limit a container, for both versions of cgroups. Pure. */
import type { RawWrite } from '../agent/port.ts';
import type { CgroupPaths } from './cgroup-paths.ts';

const CPU_PERIOD_US = 100_000;

/** What a sandbox may use. */
export interface Limits {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

export const sameLimits = (a: Limits, b: Limits): boolean =>
  a.cpuCores === b.cpuCores && a.memoryBytes === b.memoryBytes;

/** v2 is preferred where the container has a place in it: a process frozen there can still be killed. */
export function freezeWrites(paths: CgroupPaths, frozen: boolean): RawWrite[] {
  if (paths.unified !== null) return [{ path: `${paths.unified}/cgroup.freeze`, data: frozen ? '1' : '0' }];
  return [{ path: `${paths.controllers['freezer']}/freezer.state`, data: frozen ? 'FROZEN' : 'THAWED' }];
}

/** The file that tells whether everything stands still, and how to read it. */
export function frozenFile(paths: CgroupPaths): { path: string; isFrozen: (text: string) => boolean } {
  if (paths.unified !== null) {
    return { path: `${paths.unified}/cgroup.events`, isFrozen: (text) => /^frozen 1$/m.test(text) };
  }
  return {
    path: `${paths.controllers['freezer']}/freezer.state`,
    isFrozen: (text) => text.trim() === 'FROZEN',
  };
}

function legacyMemoryWrites(directory: string, bytes: number, currentBytes: number): RawWrite[] {
  const limit = { path: `${directory}/memory.limit_in_bytes`, data: String(bytes) };
  // Absent where the kernel does not account swap.
  const withSwap = { path: `${directory}/memory.memsw.limit_in_bytes`, data: String(bytes), optional: true };
  // The kernel wants memory <= memory + swap at every moment, so the order depends on the direction.
  return bytes > currentBytes ? [withSwap, limit] : [limit, withSwap];
}

/**
 * The writes that bring a container from `current` to `wanted`; none for what is the same already.
 * Swap counts as memory, so a sandbox cannot push the host into swapping.
 */
export function limitWrites(paths: CgroupPaths, wanted: Limits, current: Limits): RawWrite[] {
  const { cpu, memory } = paths.controllers;
  const writes: RawWrite[] = [];
  if (wanted.cpuCores !== current.cpuCores) {
    const quota = Math.round(wanted.cpuCores * CPU_PERIOD_US);
    if (cpu !== undefined) writes.push({ path: `${cpu}/cpu.cfs_quota_us`, data: String(quota) });
    else writes.push({ path: `${paths.unified}/cpu.max`, data: `${quota} ${CPU_PERIOD_US}` });
  }
  if (wanted.memoryBytes !== current.memoryBytes) {
    if (memory !== undefined)
      writes.push(...legacyMemoryWrites(memory, wanted.memoryBytes, current.memoryBytes));
    else {
      writes.push({ path: `${paths.unified}/memory.max`, data: String(wanted.memoryBytes) });
      writes.push({ path: `${paths.unified}/memory.swap.max`, data: '0', optional: true });
    }
  }
  return writes;
}
