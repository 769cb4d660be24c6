/** How sandboxes hang on their network: addresses, names, and a bridge that somebody removes. */
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { networkName } from '../../../src/engine/labels.ts';
import type { Engine } from '../../../src/engine/options.ts';
import { Store } from '../../../src/engine/store/store.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  openTestEngine,
  testEngineOptions,
} from '../../support/open-engine.ts';

const docker = createDockerClient(inject('endpoint'));

const run = async (engine: Engine, id: string, command: string): Promise<string> =>
  (await engine.exec.exec(id, { command, user: 'root' }, call())).stdout.trim();

const addressOf = async (engine: Engine, id: string): Promise<string> => await run(engine, id, 'hostname -i');

/** What a server in a sandbox says to whoever connects from the host. */
const hear = (host: string, port: number): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    const socket = createConnection({ host, port, timeout: 500 });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(text));
  });

const SERVER = `
import socket, sys
server = socket.create_server(("", 7000))
while True:
    peer, _ = server.accept()
    peer.sendall(sys.argv[1].encode())
    peer.close()
`;

async function serve(engine: Engine, id: string): Promise<void> {
  await engine.files.write(id, { path: '/tmp/server.py', content: SERVER }, call());
  await run(engine, id, `setsid python3 /tmp/server.py ${id} </dev/null >/dev/null 2>&1 & true`);
}

describe('the network of sandboxes', () => {
  it('gives each its own address and name, also when many start at once', async () => {
    const engine = await openTestEngine();
    const made = await Promise.all(Array.from({ length: 8 }, () => engine.lifecycle.create({}, call())));
    const addresses = await Promise.all(made.map(({ id }) => addressOf(engine, id)));
    expect(new Set(addresses).size).toBe(8);
    for (const [at, { id }] of made.entries()) {
      expect(await run(engine, id, 'hostname')).toBe(id);
      const facts = await run(
        engine,
        id,
        'ip -4 -o addr show dev eth0; ip -6 -o addr show dev eth0 scope global; ip route; ip -6 route',
      );
      expect(facts).toContain(`inet ${addresses[at]}/`);
      expect(facts).toMatch(/inet6 fd[0-9a-f:]+\/64/);
      expect(facts).toMatch(/default via 10\.\S+ dev eth0[^]*default via fd\S+ dev eth0/);
    }
    const [first] = made;
    await serve(engine, first?.id ?? '');
    await eventually(
      'the host hears the server',
      async () => (await hear(addresses[0] ?? '', 7000)) === first?.id,
    );
  });

  it('asks Thaw for names, and a fork has an address and names of its own', async () => {
    const engine = await openTestEngine();
    const { id } = await engine.lifecycle.create({}, call());
    expect(await run(engine, id, 'cat /etc/resolv.conf')).toMatch(/^nameserver 127\.0\.0\.11$/m);
    const { children } = await engine.forks.fork(id, { names: ['child'] }, call());
    expect(children).toHaveLength(1);
    const hosts = await run(engine, 'child', 'cat /etc/hosts');
    expect(hosts).toContain(await run(engine, 'child', 'hostname'));
    expect(hosts).not.toContain(id);
    expect(await addressOf(engine, 'child')).not.toBe(await addressOf(engine, id));
    expect(await run(engine, 'child', 'cat /etc/resolv.conf')).toMatch(/^nameserver 127\.0\.0\.11$/m);
    // Neither is a change that anybody made.
    const { changes } = await engine.changes.diff(id, {}, call());
    expect(changes.map(({ path }) => path).filter((path) => path.startsWith('/etc/'))).toEqual([]);
  });

  it('is made again when somebody removes it, with the sandboxes that hang on it', {
    timeout: 60_000,
  }, async () => {
    const engine = await openTestEngine();
    const { id, runnerId = '' } = await engine.lifecycle.create({}, call());
    await serve(engine, id);
    const address = await addressOf(engine, id);
    await eventually('the host hears the server', async () => (await hear(address, 7000)) === id);
    const before = await docker.inspectNetwork(networkName(runnerId));
    // As `docker network prune` does, which sees no container on it.
    expect(await docker.removeNetwork(networkName(runnerId))).toBe('removed');
    expect(await hear(address, 7000)).toBe('');
    await eventually('the host hears it again', async () => (await hear(address, 7000)) === id);
    expect(await docker.inspectNetwork(networkName(runnerId))).toEqual(before);

    await docker.removeNetwork(networkName(runnerId));
    const next = await engine.lifecycle.create({}, call());
    await serve(engine, next.id);
    const other = await addressOf(engine, next.id);
    await eventually('the host hears both', async () => {
      const said = await Promise.all([hear(address, 7000), hear(other, 7000)]);
      return said[0] === id && said[1] === next.id;
    });
  });

  it('is made again for a build that is the first to need it', async () => {
    const stateDir = makeStateDir();
    const engine = await openEngine(testEngineOptions(stateDir));
    onTestFinished(() => disposeEngine(engine, stateDir));
    const store = new Store(join(stateDir, 'thaw.db'));
    const owner = store.meta('owner') ?? '';
    store.close();
    expect(await docker.removeNetwork(networkName(owner))).toBe('removed');
    const dockerfileContent = `FROM ${engine.status().snapshot}\nRUN echo made > /made\n`;
    const made = await engine.snapshots.create({ name: 'made', buildInfo: { dockerfileContent } }, call());
    expect(made).toMatchObject({ state: 'active', errorReason: null });
  });

  it('comes back with a stopped sandbox', async () => {
    const engine = await openTestEngine();
    const { id } = await engine.lifecycle.create({}, call());
    await engine.lifecycle.stop(id, { force: false }, call());
    await engine.lifecycle.start(id, call());
    const address = await addressOf(engine, id);
    expect(address).toMatch(/^10\./);
    expect(await run(engine, id, 'grep -c . /etc/hosts')).toBe('7');
    await serve(engine, id);
    await eventually('the host hears the server', async () => (await hear(address, 7000)) === id);
  });
});
