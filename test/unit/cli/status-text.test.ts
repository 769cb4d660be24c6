/** The table of thaw status. */
import { expect, it } from 'vitest';
import { describeDuration, statusText } from '../../../src/cli/status-text.ts';
import type { OwnerStatus } from '../../../src/control/status.ts';

const status: OwnerStatus = {
  pid: 42,
  version: '1.2.3',
  startedAt: '2026-05-01T10:00:00.000Z',
  uptimeSeconds: 3_725,
  stateDir: '/s',
  mcpSocket: '/s/mcp.sock',
  ssh: { host: '127.0.0.1', port: 2222, visitors: 1 },
  previews: {
    domain: 'http://PORT-ID.localhost:4480',
    listener: 'http://127.0.0.1:4480/p/ID/PORT/',
  },
  http: { url: 'http://127.0.0.1:4440', keyFile: '/s/api-key' },
  clients: [
    { id: 1, name: 'claude' },
    { id: 2, name: null },
  ],
  preparation: { state: 'ready', message: null },
  engine: {
    docker: { version: '28.0', storageDriver: 'overlay2', cgroupVersion: 2 },
    snapshot: 'default',
    pool: { target: 4, parked: 3, starting: 1, hits: 7, misses: 2, lastError: 'no space' },
    sandboxes: { started: 2, stopped: 0 },
    helper: 'on',
    agent: 'docker exec',
    connected: false,
  },
  disk: {
    archives: { count: 3, bytes: 5_000_000, limitBytes: 10 * 1024 ** 3, freeBytes: 2 * 1024 ** 4 },
    snapshots: { count: 1, bytes: 0, limitBytes: 1024 ** 3, freeBytes: null },
    pools: { count: 3, bytes: null, limit: 12 },
  },
};

it('has a row for everything', () => {
  expect(statusText(status)).toBe(
    [
      'owner      pid 42, version 1.2.3, up 1 h 2 min',
      'state      /s',
      'socket     /s/mcp.sock',
      'previews   http://PORT-ID.localhost:4480',
      'http       http://127.0.0.1:4440, API key in /s/api-key',
      'clients    2 (claude, not introduced)',
      'ssh        127.0.0.1:2222, 1 connected',
      'engine     ready',
      'docker     28.0, overlay2, cgroup v2, does not answer now',
      'helper     on',
      'agent      docker exec (slow)',
      'snapshot   default',
      'pool       3 of 4 parked, 1 starting, 7 hits, 2 misses',
      '           last error: no space',
      'sandboxes  2 started',
      'archives   3, 4.8 MiB of at most 10 GiB, 2 TiB free on the disk',
      'snapshots  1, 0 B of at most 1 GiB',
      'parked     3 of at most 12, not measured',
      '',
    ].join('\n'),
  );
});

it('says what the preparation does', () => {
  const preparation = { state: 'preparing', message: 'Building the default snapshot' } as const;
  expect(statusText({ ...status, clients: [], ssh: null, engine: null, disk: null, preparation })).toContain(
    'clients    none\nssh        off\nengine     preparing: Building the default snapshot\n',
  );
});

it.each([
  [0, '0 s'],
  [59, '59 s'],
  [60, '1 min'],
  [3_601, '1 h'],
  [90_061, '1 d 1 h'],
])('calls %d seconds %s', (seconds, text) => {
  expect(describeDuration(seconds)).toBe(text);
});
