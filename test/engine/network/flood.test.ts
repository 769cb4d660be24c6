/**
 * A sandbox that floods from its first instruction on gets nothing out under deny: counted on the sandboxes' own bridge,
 * over every way in which a sandbox comes to run.
 */
import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createDockerClient } from '../../../src/engine/docker/client.ts';
import { openEngine } from '../../../src/engine/engine.ts';
import { networkName, ownerFilter, ROLE_LABEL } from '../../../src/engine/labels.ts';
import type { Engine } from '../../../src/engine/options.ts';
import {
  call,
  disposeEngine,
  eventually,
  makeStateDir,
  poolIsFull,
  testEngineOptions,
} from '../../support/open-engine.ts';
import { BridgeWatch } from '../../support/packet-hosts.ts';

/** How many creates of each kind; the soak run has 500. */
const WARM = Number(process.env['THAW_FLOOD_WARM'] ?? 12);
const COLD = Number(process.env['THAW_FLOOD_COLD'] ?? 4);
const POOL = 4;
/** Of a range for documentation (RFC 5737): open to sandboxes as the internet is, and nobody's. */
const OPEN_ADDRESS = '203.0.113.14';

/** TCP and UDP over both families, names, and the link itself, as fast as it goes, for half a second. */
const FLOOD = `
import socket, time
ends = time.time() + 0.5
targets = [(socket.AF_INET, '${OPEN_ADDRESS}'), (socket.AF_INET, '169.254.169.254'), (socket.AF_INET6, '2001:db8:21f::1')]
sent = 0
while time.time() < ends:
    for family, address in targets:
        for kind, port in ((socket.SOCK_DGRAM, 4000), (socket.SOCK_DGRAM, 53), (socket.SOCK_STREAM, 443)):
            with socket.socket(family, kind) as sock:
                sock.setblocking(False)
                try:
                    sock.connect((address, port))
                    sock.send(b'x')
                except OSError:
                    pass
                sent += 1
print(sent)
`;
const command = `python3 -c "${FLOOD}"`;

const docker = createDockerClient(inject('endpoint'));
const stateDir = makeStateDir();
let engine: Engine;
let watch: BridgeWatch;
let owner = '';

const open = (target = 0): Promise<Engine> =>
  openEngine(testEngineOptions(stateDir, { pool: { target, refillConcurrency: 2 } }));

beforeAll(async () => {
  engine = await open();
  const { runnerId = '' } = await engine.lifecycle.create({ name: 'probe' }, call());
  owner = runnerId;
  const network = await docker.inspectNetwork(networkName(owner));
  const gateway4 = network?.gateways.find((gateway) => !gateway.includes(':')) ?? '';
  // Of a network of 12 bits or more.
  const subnet = gateway4.replace(/\d+\.\d+$/, '');
  watch = await BridgeWatch.open(network?.bridge ?? '', subnet, [OPEN_ADDRESS]);
});

afterAll(async () => {
  // Before its bridge goes.
  await watch.close();
  await disposeEngine(engine, stateDir);
});

async function flood(sandbox: string): Promise<void> {
  const { stdout } = await engine.exec.exec(sandbox, { command, timeoutSeconds: 40 }, call());
  expect(Number(stdout)).toBeGreaterThan(10);
}

const nothingCame = async (): Promise<void> => expect(Object.fromEntries(await watch.arrivals())).toEqual({});

async function createAndFlood(startedFrom: 'warm' | 'cold', name: string): Promise<void> {
  const created = await engine.lifecycle.create({ name, networkBlockAll: true }, call());
  expect(created.startedFrom).toBe(startedFrom);
  await flood(name);
  await engine.lifecycle.delete(name, call());
}

describe('a flood from the first instruction', () => {
  it('is seen by the watch where it is allowed', async () => {
    await flood('probe');
    const seen = [...(await watch.arrivals()).keys()];
    expect(seen).toEqual(expect.arrayContaining([`tcp ${OPEN_ADDRESS} 443`, `udp ${OPEN_ADDRESS} 4000`]));
    expect(seen.filter((what) => what.includes('169.254.169.254') || what.endsWith(' 53'))).toEqual([]);
    // Stopped and not deleted: the network and its bridge stay as long as there is a sandbox.
    await engine.lifecycle.stop('probe', { force: true }, call());
    await watch.arrivals();
  });

  it(`gets nothing out of ${COLD} sandboxes made cold`, async () => {
    for (let index = 0; index < COLD; index += 1) await createAndFlood('cold', `cold-${index}`);
    await nothingCame();
  });

  it(`gets nothing out of ${WARM} sandboxes from the pool`, async () => {
    await engine.close({ sandboxes: 'keep' });
    engine = await open(POOL);
    for (let done = 0; done < WARM; done += POOL) {
      await poolIsFull(engine);
      const names = Array.from({ length: Math.min(POOL, WARM - done) }, (_, index) => `warm-${done + index}`);
      await Promise.all(names.map((name) => createAndFlood('warm', name)));
    }
    await nothingCame();
  });

  it('gets nothing out after a stop and a start, a fork, a pause, an archive and a restore', async () => {
    await engine.lifecycle.create({ name: 'life', networkBlockAll: true }, call());
    await engine.lifecycle.stop('life', { force: true }, call());
    await engine.lifecycle.start('life', call());
    await flood('life');
    await engine.forks.fork('life', { names: ['child'] }, call());
    await flood('child');
    await engine.lifecycle.pause('life', call());
    await engine.lifecycle.resume('life', call());
    await flood('life');
    await engine.lifecycle.stop('life', { force: true }, call());
    await engine.archives.archive('life', call());
    await engine.lifecycle.start('life', call());
    await flood('life');
    await nothingCame();
  });

  it('gets nothing out after the owner was replaced, and after the host helper was killed', async () => {
    await engine.close({ sandboxes: 'keep' });
    engine = await open(1);
    await flood('life');
    const helpers = await docker.listContainers({ ...ownerFilter(owner), [ROLE_LABEL]: 'helper' });
    for (const { id } of helpers) await docker.killContainer(id, 'SIGKILL');
    await flood('life');
    const made = await engine.lifecycle.create({ name: 'after', networkBlockAll: true }, call());
    expect(made.state).toBe('started');
    await flood('after');
    await nothingCame();
  });

  it('that runs already ends with a change while it is paused', async () => {
    await engine.lifecycle.create({ name: 'running' }, call());
    const endless = FLOOD.replace('time.time() + 0.5', 'time.time() + 600');
    await engine.files.write('running', { path: 'flood.py', content: endless }, call());
    await engine.exec.exec('running', { command: 'setsid python3 flood.py >/dev/null 2>&1 &' }, call());
    await eventually('the flood runs', async () => (await watch.arrivals()).size > 0);
    await engine.lifecycle.pause('running', call());
    await engine.network.set('running', { networkBlockAll: true }, call());
    await watch.arrivals();
    await engine.lifecycle.resume('running', call());
    await flood('running');
    await nothingCame();
  });
});

describe('where no policy can be put in force', () => {
  it('a create is refused, and leaves nothing', async () => {
    const tar = pack();
    tar.entry({ name: 'etc/passwd' }, 'root:x:0:0::/root:/bin/sh\n');
    tar.finalize();
    const image = 'thaw-test/no-filter:1';
    await docker.importImage(Readable.from(tar), image, []);
    const other = makeStateDir();
    const unguarded = await openEngine(
      testEngineOptions(other, { defaultSnapshot: { name: 'bare', image } }),
    );
    try {
      await expect(unguarded.lifecycle.create({}, call())).rejects.toMatchObject({
        code: 'setup_failed',
        next: expect.stringContaining('THAW_HELPER=off'),
      });
      expect((await unguarded.lifecycle.list({}, call())).total).toBe(0);
    } finally {
      await disposeEngine(unguarded, other);
      await docker.removeImage(image);
    }
  });
});
