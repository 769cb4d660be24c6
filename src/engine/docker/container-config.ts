/** From Thaw's container specification to the body of Docker's ContainerCreate. */
import type Docker from 'dockerode';
import type { ContainerFacts, ContainerLimits, ContainerSpec } from './port.ts';

const CPU_PERIOD_US = 100_000;
/** Docker's own driver, which `ensureVolume` makes volumes with. */
const LOCAL_DRIVER = { Name: 'local', Options: {} };

/** Limits in Docker's units. Swap is part of the memory limit, so that a sandbox cannot push the host into swapping. */
export function toDockerLimits(limits: ContainerLimits): {
  CpuPeriod?: number;
  CpuQuota?: number;
  Memory?: number;
  MemorySwap?: number;
  PidsLimit?: number;
} {
  return {
    ...(limits.cpuCores === undefined
      ? {}
      : { CpuPeriod: CPU_PERIOD_US, CpuQuota: Math.round(limits.cpuCores * CPU_PERIOD_US) }),
    ...(limits.memoryBytes === undefined
      ? {}
      : { Memory: limits.memoryBytes, MemorySwap: limits.memoryBytes }),
    ...(limits.pids === undefined ? {} : { PidsLimit: limits.pids }),
  };
}

/** What Docker's record of a container says of its limits. It writes 0 for none. */
export function limitsOf({ CpuPeriod, CpuQuota, Memory }: Docker.HostConfig): ContainerFacts['limits'] {
  const period = CpuPeriod === undefined || CpuPeriod === 0 ? CPU_PERIOD_US : CpuPeriod;
  return {
    cpuCores: CpuQuota === undefined || CpuQuota <= 0 ? null : CpuQuota / period,
    memoryBytes: Memory === undefined || Memory === 0 ? null : Memory,
  };
}

/**
 * The create body. Stdin stays open over any number of attaches; no log driver, because the attach stream
 * carries a binary protocol that nobody reads from a log.
 */
export function toCreateOptions(spec: ContainerSpec): Docker.ContainerCreateOptions {
  return {
    name: spec.name,
    Image: spec.image,
    Entrypoint: [...spec.entrypoint],
    Cmd: [...(spec.command ?? [])],
    User: '0:0',
    WorkingDir: '/',
    OpenStdin: true,
    StdinOnce: false,
    Tty: false,
    Labels: { ...spec.labels },
    ...(spec.network === null ? { NetworkDisabled: true } : {}),
    ...(spec.hostname === undefined ? {} : { Hostname: spec.hostname }),
    ...(spec.env === undefined ? {} : { Env: [...spec.env] }),
    HostConfig: {
      ...(spec.network === null ? {} : { NetworkMode: spec.network }),
      ...(spec.sysctls === undefined ? {} : { Sysctls: { ...spec.sysctls } }),
      LogConfig: { Type: 'none', Config: {} },
      Mounts: spec.mounts.map((mount) => ({
        Type: mount.kind,
        Source: mount.source,
        Target: mount.target,
        ReadOnly: mount.readOnly,
        ...(mount.noCopy === true
          ? { VolumeOptions: { NoCopy: true, Labels: {}, DriverConfig: LOCAL_DRIVER } }
          : {}),
      })),
      CapDrop: [...spec.capabilities.drop],
      CapAdd: [...spec.capabilities.add],
      SecurityOpt: [...spec.securityOptions],
      RestartPolicy: { Name: 'no' },
      ...(spec.pidMode === undefined ? {} : { PidMode: spec.pidMode }),
      ...(spec.cgroupnsMode === undefined ? {} : { CgroupnsMode: spec.cgroupnsMode }),
      ...(spec.readOnlyRoot === undefined ? {} : { ReadonlyRootfs: spec.readOnlyRoot }),
      ...toDockerLimits(spec.limits ?? {}),
    },
  };
}
