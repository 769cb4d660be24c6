/** The daemon: where it was found, its version, storage, and what survives its restart. */
import { describeEndpoint } from '../../engine/docker/endpoint.ts';
import { type Check, daemonCheck } from './check.ts';

const minimumMajor = 20;

export const reachableCheck: Check = {
  id: 'docker',
  title: 'Docker Engine',
  async run({ engine }) {
    if ('problem' in engine && engine.startable) {
      return { status: 'info', found: 'none answers; Thaw starts a private one when it is needed' };
    }
    if ('problem' in engine) return { status: 'fail', found: engine.problem, advice: engine.advice };
    const passedOver = engine.rejected.length === 0 ? '' : `; passed over: ${engine.rejected.length}`;
    return { status: 'ok', found: `${describeEndpoint(engine.endpoint)} (${engine.source})${passedOver}` };
  },
};

export const versionCheck = daemonCheck('docker-version', 'Docker version', (daemon) => {
  const found = `${daemon.ServerVersion} on ${daemon.OperatingSystem || daemon.OSType}, ${daemon.Architecture}`;
  if (daemon.OSType !== 'linux') {
    return { status: 'fail', found, advice: 'Switch Docker to Linux containers.' };
  }
  return Number.parseInt(daemon.ServerVersion, 10) >= minimumMajor
    ? { status: 'ok', found }
    : { status: 'fail', found, advice: `Use Docker Engine ${minimumMajor}.10 or newer.` };
});

export const storageCheck = daemonCheck('storage-driver', 'Storage driver', ({ Driver, DriverStatus }) => {
  const snapshotter =
    DriverStatus?.some(([, value]) => value?.startsWith('io.containerd.snapshotter') === true) ?? false;
  const found = snapshotter ? `${Driver} (containerd image store)` : Driver;
  if (Driver === 'overlay2' || Driver === 'overlayfs') return { status: 'ok', found };
  return {
    status: 'warn',
    found,
    advice:
      'Forks and archives read the overlay of a sandbox; with this driver they commit instead, which is slower. Use overlay2.',
  };
});

export const liveRestoreCheck = daemonCheck('live-restore', 'Live restore', ({ LiveRestoreEnabled }) =>
  LiveRestoreEnabled
    ? { status: 'ok', found: 'on: sandboxes survive a restart of the daemon' }
    : {
        status: 'warn',
        found: 'off: a restart of the daemon stops every sandbox',
        advice: 'Put "live-restore": true into /etc/docker/daemon.json and reload the daemon.',
      },
);
