/** What goes out of a sandbox under each policy and what does not, against hosts of the test's own. */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { z } from 'zod';
import type { NetworkSettings } from '../../../schemas/network.ts';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { ownerFilter, SANDBOX_LABEL } from '../../../src/engine/labels.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from '../../support/open-engine.ts';
import { PacketHost } from '../../support/packet-hosts.ts';
import { containerPid, putProbe, tryWays } from '../../support/probe.ts';

/** Public addresses, one of each kind in a list and one outside of it. */
const LISTED = ['198.41.0.4', '2001:500:2::c'];
const UNLISTED = ['93.184.215.14', '2606:2800:21f::1'];
const CLOSED = [
  '169.254.169.254',
  '192.168.7.7',
  '10.77.0.1',
  '100.100.100.200',
  '168.63.129.16',
  'fd00:ec2::254',
];
const LIST = '198.41.0.0/24,2001:500::/32';

const docker = createDockerClient(inject('endpoint'));
const stateDir = makeStateDir();
let engine: Engine;
let outside: PacketHost;

beforeAll(async () => {
  outside = await PacketHost.open([...LISTED, ...UNLISTED, ...CLOSED]);
  engine = await openEngine(testEngineOptions(stateDir));
  await engine.lifecycle.create({ name: 'box' }, call());
  await putProbe(engine, 'box');
  await outside.link(await containerPid(docker, engine, 'box'));
});

afterAll(async () => {
  await disposeEngine(engine, stateDir);
  await outside.close();
});

const waysTo = (addresses: readonly string[]): string[] =>
  addresses.flatMap((address) => [
    `tcp ${address} 80`,
    `tcp ${address} 443`,
    `udp ${address} 4000`,
    `ping ${address} 0`,
  ]);

const policies: readonly (readonly [string, NetworkSettings, readonly string[]])[] = [
  ['the default', { networkBlockAll: false }, [...LISTED, ...UNLISTED]],
  ['a list', { networkAllowList: LIST }, LISTED],
  ['a list of everything', { networkAllowList: '0.0.0.0/0,::/0' }, [...LISTED, ...UNLISTED]],
  ['blocking all', { networkBlockAll: true }, []],
  ['a domain list alone', { domainAllowList: 'example.com' }, []],
];

describe.each(policies)('under %s', (_name, settings, open) => {
  it('what is allowed goes through both ways, and nothing else leaves', async () => {
    await engine.network.set('box', settings, call());
    await outside.arrivals();
    const all = [...LISTED, ...UNLISTED, ...CLOSED];
    const results = await tryWays(engine, 'box', waysTo(all));
    const through = Object.keys(results).filter((way) => results[way] === 'through');
    expect(through.toSorted()).toEqual(waysTo(open).toSorted());
    const arrived = [...(await outside.arrivals()).keys()].map((what) => what.split(' ')[1] ?? '');
    expect([...new Set(arrived)].toSorted()).toEqual(open.toSorted());
  });
});

describe('whatever the policy', () => {
  const settings: readonly NetworkSettings[] = [
    { networkBlockAll: false },
    { networkAllowList: '0.0.0.0/0,::/0' },
    { networkBlockAll: true },
  ];

  it.each(settings)('a raw socket is refused and loopback works: %j', async (policy) => {
    await engine.network.set('box', policy, call());
    const results = await tryWays(engine, 'box', [`raw ${LISTED[0]} 0`, `raw ${CLOSED[0]} 0`], 'root');
    expect(Object.values(results)).toEqual(['PermissionError', 'PermissionError']);
    const command = `python3 -c "
import socket
for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
    server = socket.create_server((address, 0), family=family)
    client = socket.create_connection((address, server.getsockname()[1]))
    server.accept()[0].send(b'here ')
    print(client.recv(9).decode(), end='')
"`;
    expect(await engine.exec.exec('box', { command }, call())).toMatchObject({ stdout: 'here here ' });
  });

  it.each(settings)("the host's own ports are closed, its gateway's included: %j", async (policy) => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '::', resolve));
    try {
      const address = server.address();
      const port = z.object({ port: z.number() }).parse(address).port;
      await engine.lifecycle.create({ name: 'near', ...policy }, call());
      await putProbe(engine, 'near');
      const routes = await engine.exec.exec('near', { command: 'ip route; ip -6 route' }, call());
      const gateways = [...routes.stdout.matchAll(/default via (\S+)/g)].map((match) => match[1] ?? '');
      expect(gateways.length).toBeGreaterThan(0);
      const results = await tryWays(
        engine,
        'near',
        gateways.flatMap((gateway) => [`tcp ${gateway} ${port}`, `ping ${gateway} 0`]),
      );
      expect(Object.values(results)).not.toContain('through');
      expect(connections).toBe(0);
    } finally {
      await engine.lifecycle.delete('near', call());
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('another sandbox is out of reach, from its side and from the other', async () => {
    await engine.lifecycle.create({ name: 'one', networkAllowList: '0.0.0.0/0' }, call());
    await engine.lifecycle.create({ name: 'two' }, call());
    try {
      await putProbe(engine, 'one');
      const serve = 'setsid python3 -m http.server 80 >/dev/null 2>&1 & hostname -i | cut -d" " -f1';
      const listening = await engine.exec.exec('two', { command: serve, user: 'root' }, call());
      const address = listening.stdout.trim();
      const results = await tryWays(engine, 'one', [
        `tcp ${address} 80`,
        `ping ${address} 0`,
        `udp ${address} 9`,
      ]);
      expect(Object.values(results)).not.toContain('through');
      // Nobody from outside gets in either, though something listens.
      await outside.link(await containerPid(docker, engine, 'two'));
      expect(await outside.connects(address, 80)).toBe(false);
    } finally {
      await engine.lifecycle.delete('one', call());
      await engine.lifecycle.delete('two', call());
    }
  });

  it('is told where it cannot be enforced, and asked for in vain', async () => {
    const other = makeStateDir();
    const without = await openEngine(testEngineOptions(other, { helper: 'off' }));
    try {
      await expect(without.lifecycle.create({ networkBlockAll: true }, call())).rejects.toMatchObject({
        code: 'unsupported',
        next: expect.stringContaining('THAW_HELPER=off'),
      });
      const { networkPolicy } = await without.lifecycle.create({}, call());
      expect(networkPolicy).toEqual({ outbound: 'unfiltered', openRanges: [] });
    } finally {
      await disposeEngine(without, other);
    }
  });
});

describe('a change while traffic runs', () => {
  it('cuts established connections that are no longer allowed, and leaves others', async () => {
    await engine.network.set('box', { networkBlockAll: false }, call());
    const talk = (address: string) => `
import socket, time
with socket.create_connection(('${address}', 443), timeout=5) as sock:
    sock.recv(100)
    print('open', flush=True)
    sock.settimeout(3)
    try:
        for _ in range(100):
            sock.send(b'x')
            sock.recv(10)
            time.sleep(0.05)
        print('lasted')
    except OSError:
        print('cut')
`;
    await engine.files.write('box', { path: 'cut.py', content: talk(UNLISTED[0] ?? '') }, call());
    await engine.files.write('box', { path: 'kept.py', content: talk(LISTED[0] ?? '') }, call());
    const running = engine.exec.exec(
      'box',
      { command: 'python3 cut.py > cut & python3 kept.py > kept & wait; cat cut kept' },
      call(),
    );
    const both = 'until grep -q open cut 2>/dev/null && grep -q open kept 2>/dev/null; do sleep 0.05; done';
    await engine.exec.exec('box', { command: both }, call());
    await engine.network.set('box', { networkAllowList: LIST }, call());
    const { stdout, stderr } = await running;
    expect(`${stdout}${stderr}`).toBe('open\ncut\nopen\nlasted\n');
  });
});

describe('the policy in force', () => {
  it('is shown with its fields, and goes on to a fork', async () => {
    await engine.network.set('box', { networkAllowList: LIST }, call());
    const shown = { networkBlockAll: false, networkAllowList: LIST, domainAllowList: null };
    expect(await engine.lifecycle.get('box', call())).toMatchObject({
      ...shown,
      networkPolicy: { outbound: 'listed', openRanges: [] },
    });
    await engine.forks.fork('box', { names: ['child'] }, call());
    expect(await engine.lifecycle.get('child', call())).toMatchObject(shown);
    const containers = await docker.listContainers(
      ownerFilter((await engine.lifecycle.get('box', call())).runnerId ?? ''),
    );
    expect(containers.filter(({ labels }) => labels[SANDBOX_LABEL] !== undefined)).toHaveLength(2);
  });
});
