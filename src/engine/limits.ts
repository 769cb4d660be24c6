/** What a sandbox may use: from the API's units to the kernel's, held against what the host has. */
import type { CreateSandbox } from '../../schemas/create-sandbox.ts';
import { ThawError } from '../errors.ts';
import type { EngineInfo } from './docker/port.ts';
import type { Limits } from './host/cgroup-writes.ts';
import type { EngineOptions } from './options.ts';
import type { SandboxRecord } from './store/records.ts';

const GIB = 1024 ** 3;

/** The API counts memory in GiB; the kernel rounds to pages, so whole pages are asked for. */
export const toLimits = (cpu: number, memoryGiB: number): Limits => ({
  cpuCores: cpu,
  memoryBytes: Math.round((memoryGiB * GIB) / 4096) * 4096,
});

export const defaultLimits = ({ defaults }: EngineOptions): Limits =>
  toLimits(defaults.cpu, defaults.memoryGiB);

export const recordLimits = ({ cpu, memoryGiB }: SandboxRecord): Limits => toLimits(cpu, memoryGiB);

/** Throws `invalid_argument` for limits beyond what the host has: the kernel would take them and mean nothing. */
export function checkLimits({ cpu, memory }: Pick<CreateSandbox, 'cpu' | 'memory'>, host: EngineInfo): void {
  if (cpu !== undefined && cpu > host.cpus) {
    throw new ThawError('invalid_argument', `cpu: ${cpu} is more than the ${host.cpus} cores of the host.`);
  }
  const hostGiB = Math.floor((host.memoryBytes / GIB) * 10) / 10;
  if (memory !== undefined && memory > hostGiB) {
    throw new ThawError(
      'invalid_argument',
      `memory: ${memory} GiB is more than the ${hostGiB} GiB of the host.`,
    );
  }
}
