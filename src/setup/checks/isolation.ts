/** What keeps sandboxes apart and within their limits: cgroups, seccomp, user namespaces, runtimes. */
import { access, readFile } from 'node:fs/promises';
import { daemonCheck } from './check.ts';

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** How containers can be frozen on this machine, from its own cgroup mounts. */
async function freezers(): Promise<readonly string[]> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  const unified = /^(?:\S+ ){4}(\S+) .* - cgroup2 /m.exec(mounts)?.[1];
  const legacy = (await exists('/sys/fs/cgroup/freezer')) ? ['freezer controller of cgroup v1'] : [];
  return unified === undefined ? legacy : [`cgroup.freeze in ${unified}`, ...legacy];
}

export const cgroupCheck = daemonCheck('cgroup', 'cgroup and freezer', async (daemon, { local }) => {
  const version = `cgroup v${daemon.CgroupVersion}, driver ${daemon.CgroupDriver}`;
  if (!local) return { status: 'info', found: `${version}; its freezer is found by the host helper` };
  const found = await freezers();
  if (found.length > 0) return { status: 'ok', found: `${version}; ${found.join(' and ')}` };
  return {
    status: 'warn',
    found: `${version}; no freezer`,
    advice:
      'Parked sandboxes are paused through the Docker API, which is slower. Mount the freezer controller or cgroup v2.',
  };
});

export const controllersCheck = daemonCheck(
  'controllers',
  'Limits of memory, CPU and processes',
  (daemon) => {
    const missing = [
      ...(daemon.MemoryLimit ? [] : ['memory']),
      ...(daemon.CpuCfsQuota ? [] : ['cpu']),
      ...(daemon.PidsLimit ? [] : ['pids']),
    ];
    if (missing.length === 0) return { status: 'ok', found: 'memory, cpu, pids' };
    return {
      status: 'fail',
      found: `not available: ${missing.join(', ')}`,
      advice:
        'Hostile code could take the whole machine. Enable these cgroup controllers for the Docker daemon.',
    };
  },
);

export const seccompCheck = daemonCheck('seccomp', 'seccomp', (daemon) => {
  const option = daemon.SecurityOptions?.find((name) => name.startsWith('name=seccomp'));
  if (option !== undefined) return { status: 'ok', found: option.replace('name=seccomp,', '') };
  return {
    status: 'warn',
    found: 'off',
    advice: 'System calls of sandboxed code are not filtered. Use a daemon and a kernel with seccomp.',
  };
});

export const userNamespaceCheck = daemonCheck('user-namespaces', 'User namespaces', (daemon) => {
  const options = daemon.SecurityOptions ?? [];
  if (options.includes('name=rootless')) {
    return {
      status: 'warn',
      found: 'rootless daemon',
      advice:
        'The host helper has no rights there, so freezing and limits go through the Docker API and are slower.',
    };
  }
  if (options.includes('name=userns')) {
    return {
      status: 'warn',
      found: 'on for the whole daemon (userns-remap)',
      advice: 'The host helper leaves the remapping with --userns=host, which the daemon must allow.',
    };
  }
  return { status: 'info', found: 'off: root in a sandbox is root without capabilities on the host' };
});

export const gvisorCheck = daemonCheck('runsc', 'gVisor runtime', (daemon) =>
  Object.keys(daemon.Runtimes).includes('runsc')
    ? { status: 'ok', found: 'runsc is registered' }
    : {
        status: 'info',
        found: 'runsc is not registered',
        advice: 'Install gVisor for a second wall around hostile code.',
      },
);
