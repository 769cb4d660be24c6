/** The log of what a sandbox was denied: every kind of denial is in it, with its count, and nothing that went through. */
import { expect, it, onTestFinished } from 'vitest';
import { openNameServer } from '../../support/name-server.ts';
import { call, openTestEngine } from '../../support/open-engine.ts';
import { putProbe, tryWays } from '../../support/probe.ts';

it('tells addresses, ports, protocols and names with their counts, the latest first', async () => {
  const server = await openNameServer({ 'site.example': ['10.77.0.1'] });
  onTestFinished(() => server.close());
  const engine = await openTestEngine({ nameServers: () => [server.address] });
  await engine.lifecycle.create({ name: 'box', domainAllowList: 'site.example' }, call());
  await putProbe(engine, 'box');
  expect(await engine.network.log('box', { limit: 50 }, call())).toEqual({ items: [], outbound: 'listed' });

  await tryWays(engine, 'box', ['dns-udp 127.0.0.11 site.example', 'dns-udp 127.0.0.11 evil.example']);
  await tryWays(engine, 'box', ['tcp 10.77.0.1 443', 'udp 93.184.215.14 4000', 'ping 2606:2800:21f::1 0']);
  await tryWays(engine, 'box', ['dns-tcp 8.8.8.8 evil.example', 'udp 93.184.215.14 4000']);
  const { items } = await engine.network.log('box', { limit: 50 }, call());
  const facts = items.map(({ kind, address, port, protocol, name }) => ({
    kind,
    address,
    port,
    protocol,
    name,
  }));
  const connection = { kind: 'connection', name: null };
  const expected = [
    { ...connection, address: '10.77.0.1', port: 443, protocol: 'tcp', name: 'site.example' },
    { ...connection, address: '93.184.215.14', port: 4000, protocol: 'udp' },
    { ...connection, address: '2606:2800:21f::1', port: null, protocol: 'icmp' },
    { kind: 'name', address: null, port: null, protocol: null, name: 'evil.example' },
  ];
  expect(facts).toHaveLength(expected.length);
  expect(facts).toEqual(expect.arrayContaining(expected));
  expect(items.find(({ protocol }) => protocol === 'udp')).toMatchObject({ count: 2 });
  expect(items.find(({ kind }) => kind === 'name')).toMatchObject({ count: 2 });
  expect(await engine.network.log('box', { limit: 1 }, call())).toMatchObject({ items: [items[0]] });

  await engine.lifecycle.stop('box', { force: true }, call());
  const stopped = await engine.network.log('box', { limit: 50 }, call());
  expect(stopped.items.map(({ kind }) => kind)).toEqual(['name']);
});

it('stays within its bounds when a sandbox tries everything', async () => {
  const engine = await openTestEngine();
  await engine.lifecycle.create({ name: 'box', networkBlockAll: true }, call());
  const command = `python3 -c "
import socket
for number in range(3000):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try: sock.sendto(b'x', ('93.%d.%d.1' % (number // 250, number % 250), 1 + number))
    except OSError: pass
    sock.close()
"`;
  expect(await engine.exec.exec('box', { command }, call())).toMatchObject({ exitCode: 0 });
  const { items } = await engine.network.log('box', { limit: 500 }, call());
  expect(items.length).toBeGreaterThan(400);
  expect(items.length).toBeLessThanOrEqual(512);
});
