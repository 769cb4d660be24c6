/** Names: which are resolved under each policy, and that what they lead to is what can be reached. */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import type { NetworkSettings } from '../../../schemas/network.ts';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { type NameServer, openNameServer } from '../../support/name-server.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from '../../support/open-engine.ts';
import { PacketHost } from '../../support/packet-hosts.ts';
import { containerPid, putProbe, tryWays } from '../../support/probe.ts';

const SITE = '198.41.0.4';
const SITE_6 = '2001:500:2::c';
const OTHER = '93.184.215.14';
const METADATA = '169.254.169.254';
/** Any resolver, and Docker's own: all questions end at Thaw's. */
const RESOLVERS = ['127.0.0.11', '93.184.215.14', '2001:500:2::c', '10.77.0.1'];

const docker = createDockerClient(inject('endpoint'));
const stateDir = makeStateDir();
let engine: Engine;
let outside: PacketHost;
let server: NameServer;

beforeAll(async () => {
  outside = await PacketHost.open([SITE, SITE_6, OTHER, METADATA, '10.77.0.1']);
  const names = {
    'site.example': [SITE, SITE_6],
    'a.site.example': [SITE],
    'other.example': [OTHER],
    'rebind.site.example': [METADATA],
    'long.site.example': [SITE],
  };
  server = await openNameServer(names, { large: ['long.site.example'] });
  engine = await openEngine(testEngineOptions(stateDir, { nameServers: () => [server.address] }));
  await engine.lifecycle.create({ name: 'box' }, call());
  await putProbe(engine, 'box');
  await outside.link(await containerPid(docker, engine, 'box'));
});

afterAll(async () => {
  await disposeEngine(engine, stateDir);
  await outside.close();
  await server.close();
});

const REFUSED = { code: 5, answers: 0 };
const ONE = { code: 0, answers: 1 };
const ask = async (name: string) => {
  const ways = RESOLVERS.flatMap((resolver) => [
    `dns-udp ${resolver} ${name}`,
    `dns-tcp ${resolver} ${name}`,
  ]);
  return Object.values(await tryWays(engine, 'box', ways));
};
const set = async (settings: NetworkSettings) => {
  await engine.network.set('box', settings, call());
};
const fetchBy = async (name: string) =>
  await engine.exec.exec('box', { command: `curl -sS -m 4 http://${name}/ --http0.9` }, call());

describe('a question to any resolver', () => {
  const everywhere = RESOLVERS.flatMap(() => ['udp', 'tcp']);

  it.each<[string, NetworkSettings, string, typeof ONE]>([
    ['by default', { networkBlockAll: false }, 'other.example', ONE],
    ['under a list of networks', { networkAllowList: '198.41.0.0/24' }, 'other.example', ONE],
    ['for a listed name', { domainAllowList: 'site.example' }, 'site.example', ONE],
    ['for a name below a listed one', { domainAllowList: '*.site.example' }, 'a.site.example', ONE],
    ['for a name that is not listed', { domainAllowList: 'site.example' }, 'other.example', REFUSED],
    ['for the parent of a wildcard', { domainAllowList: '*.site.example' }, 'site.example', REFUSED],
    ['when all is blocked', { networkBlockAll: true }, 'site.example', REFUSED],
  ])('%s is answered by Thaw: %j %s', async (_when, settings, name, expected) => {
    await set(settings);
    await outside.arrivals();
    const before = server.asked.length;
    expect(await ask(name)).toEqual(everywhere.map(() => expected));
    expect(await outside.arrivals()).toEqual(new Map());
    if (expected === REFUSED) expect(server.asked.length).toBe(before);
  });

  it('gets an answer that is too long for UDP over TCP', async () => {
    await set({ domainAllowList: 'long.site.example' });
    expect(await ask('long.site.example')).toEqual(everywhere.map(() => ONE));
  });
});

describe('a domain list', () => {
  it('lets through what its names lead to, and only after they were asked for', async () => {
    await set({ domainAllowList: 'site.example' });
    const ways = [`tcp ${SITE} 80`, `tcp ${SITE_6} 80`, `ping ${SITE} 0`];
    expect(Object.values(await tryWays(engine, 'box', ways))).not.toContain('through');
    expect((await fetchBy('site.example')).stdout).toContain('hello from the other side');
    expect(Object.values(await tryWays(engine, 'box', ways))).toEqual(['through', 'through', 'through']);
    expect(Object.values(await tryWays(engine, 'box', [`tcp ${OTHER} 80`]))).not.toContain('through');
    expect(await fetchBy('other.example')).toMatchObject({ exitCode: 6 });
  });

  it('forgets them with the next policy', async () => {
    await set({ domainAllowList: 'site.example' });
    await fetchBy('site.example');
    await set({ domainAllowList: 'other.example' });
    expect(Object.values(await tryWays(engine, 'box', [`tcp ${SITE} 80`]))).not.toContain('through');
    expect((await fetchBy('other.example')).stdout).toContain('hello from the other side');
  });

  it('opens no closed address that a name leads to', async () => {
    await set({ domainAllowList: '*.site.example' });
    await outside.arrivals();
    expect((await fetchBy('rebind.site.example')).exitCode).toBe(7);
    expect(await outside.arrivals()).toEqual(new Map());
  });

  it('cuts connections to its names with the next policy', async () => {
    await set({ domainAllowList: 'site.example', networkAllowList: '' });
    const program = `
import socket, sys, time
with socket.create_connection(('site.example', 443), timeout=5) as sock:
    sock.recv(100)
    print('open', flush=True)
    sock.settimeout(2)
    while True:
        try:
            sock.send(b'x')
            sock.recv(10)
            time.sleep(0.05)
        except OSError:
            print('cut')
            break
`;
    await engine.files.write('box', { path: 'talk.py', content: program }, call());
    const talking = engine.exec.exec('box', { command: 'timeout 30 python3 talk.py | tee said' }, call());
    const open = 'until grep -q open said 2>/dev/null; do sleep 0.05; done';
    await engine.exec.exec('box', { command: open }, call());
    await set({ domainAllowList: 'other.example' });
    expect((await talking).stdout).toBe('open\ncut\n');
  });
});

describe('names go on', () => {
  it('after a stop and a start, in a fork, and with another owner', async () => {
    await set({ domainAllowList: 'site.example' });
    await engine.forks.fork('box', { names: ['child'] }, call());
    await engine.lifecycle.stop('box', { force: true }, call());
    await engine.lifecycle.start('box', call());
    const look = async (name: string) =>
      (
        await engine.exec.exec(
          name,
          { command: 'getent ahostsv4 site.example; getent ahostsv4 other.example' },
          call(),
        )
      ).stdout;
    const known = expect.stringContaining(SITE);
    expect([await look('box'), await look('child')]).toEqual([known, known]);
    await engine.close({ sandboxes: 'keep' });
    engine = await openEngine(testEngineOptions(stateDir, { nameServers: () => [server.address] }));
    const after = [await look('box'), await look('child')];
    expect(after).toEqual([known, known]);
    expect(after.join('')).not.toContain(OTHER);
  });

  it('when a resolver of the host is silent and the next one answers', async () => {
    const silent = await openNameServer({});
    await silent.close();
    const other = makeStateDir();
    const nameServers = () => [silent.address, server.address];
    const second = await openEngine(testEngineOptions(other, { nameServers }));
    try {
      await second.lifecycle.create({ name: 'two' }, call());
      const { stdout } = await second.exec.exec('two', { command: 'getent ahostsv4 site.example' }, call());
      expect(stdout).toContain(SITE);
    } finally {
      await disposeEngine(second, other);
    }
  });
});
