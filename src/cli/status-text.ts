/** The owner's status as lines for people. */
import { describeBytes } from '../bytes.ts';
import type { OwnerStatus } from '../control/status.ts';

type SpaceUse = NonNullable<OwnerStatus['disk']>['archives'];

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `90061` as `1 d 1 h`: the two largest units. */
export function describeDuration(seconds: number): string {
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(seconds / DAY), 'd'],
    [Math.floor((seconds % DAY) / HOUR), 'h'],
    [Math.floor((seconds % HOUR) / MINUTE), 'min'],
    [Math.floor(seconds % MINUTE), 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  return parts
    .slice(first, first + 2)
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}`)
    .join(' ');
}

function engineRows(engine: NonNullable<OwnerStatus['engine']>): (readonly [string, string])[] {
  const { docker, pool } = engine;
  const states = Object.entries(engine.sandboxes).filter(([, count]) => count > 0);
  const connection = engine.connected ? '' : ', does not answer now';
  return [
    ['docker', `${docker.version}, ${docker.storageDriver}, cgroup v${docker.cgroupVersion}${connection}`],
    ['helper', engine.helper],
    ['agent', engine.agent === 'on' ? 'on' : `${engine.agent} (slow)`],
    ['snapshot', engine.snapshot],
    [
      'pool',
      `${pool.parked} of ${pool.target} parked, ${pool.starting} starting, ${pool.hits} hits, ${pool.misses} misses`,
    ],
    ...(pool.lastError === null ? [] : [['', `last error: ${pool.lastError}`] as const]),
    ['sandboxes', states.length === 0 ? 'none' : states.map(([state, n]) => `${n} ${state}`).join(', ')],
  ];
}

const space = ({ count, bytes, limitBytes, freeBytes }: SpaceUse): string =>
  [
    `${count}, ${bytes === null ? 'not measured' : describeBytes(bytes)} of at most ${describeBytes(limitBytes)}`,
    freeBytes === null ? '' : `, ${describeBytes(freeBytes)} free on the disk`,
  ].join('');

const diskRows = ({ archives, snapshots, pools }: NonNullable<OwnerStatus['disk']>) =>
  [
    ['archives', space(archives)],
    ['snapshots', space(snapshots)],
    [
      'parked',
      `${pools.count} of at most ${pools.limit}, ${pools.bytes === null ? 'not measured' : describeBytes(pools.bytes)}`,
    ],
  ] as const;

function engineState({ state, message }: OwnerStatus['preparation']): string {
  return message === null ? state : `${state}: ${message}`;
}

function sshState(ssh: OwnerStatus['ssh']): string {
  if (ssh === null) return 'off';
  return `${ssh.host.includes(':') ? `[${ssh.host}]` : ssh.host}:${ssh.port}, ${ssh.visitors} connected`;
}

function httpState(http: OwnerStatus['http']): string {
  if (http === null) return 'off';
  return http.keyFile === null ? http.url : `${http.url}, API key in ${http.keyFile}`;
}

export function statusText(status: OwnerStatus): string {
  const names = status.clients.map(({ name }) => name ?? 'not introduced').join(', ');
  const rows: readonly (readonly [string, string])[] = [
    ['owner', `pid ${status.pid}, version ${status.version}, up ${describeDuration(status.uptimeSeconds)}`],
    ['state', status.stateDir],
    ['socket', status.mcpSocket],
    ['previews', status.previews === null ? 'not served' : status.previews.domain],
    ['http', httpState(status.http)],
    ['clients', status.clients.length === 0 ? 'none' : `${status.clients.length} (${names})`],
    ['ssh', sshState(status.ssh)],
    ['engine', engineState(status.preparation)],
    ...(status.engine === null ? [] : engineRows(status.engine)),
    ...(status.disk === null ? [] : diskRows(status.disk)),
  ];
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join('');
}
