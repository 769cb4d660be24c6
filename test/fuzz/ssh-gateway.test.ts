/** The SSH gateway against 10,000 peers and packets that mean it harm: it lives, lets nobody in and keeps nothing. */
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import ssh2, { type Client } from 'ssh2';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AccessProcess, SandboxAccess } from '../../src/backend/sandbox-access.ts';
import { ThawError } from '../../src/errors.ts';
import { silentLogger } from '../../src/log.ts';
import { openGateway, type SshGateway } from '../../src/ssh/gateway.ts';
import { eventually } from '../support/open-engine.ts';
import { connectRaw, sendPacket, text, u32, whenClosed } from '../support/ssh-packets.ts';

const TOKEN = 'right';
const HANDSHAKES = 7_000;
const CONNECTIONS = 150;
const PACKETS_EACH = 20;
/** Fewer than the gateway takes from strangers, so that none is turned away unread. */
const AT_ONCE = 16;
const MIB = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage: unknown = runInNewContext('gc');

let dir: string;
let gateway: SshGateway;
let refused = 0;
let open = 0;
let admitted = 0;
const stuck = new Promise<never>(() => undefined);

/** A process that says what it was asked to run; `stuck` takes no input and never ends. */
const fakeProcess = (command: string): AccessProcess => ({
  async *output(name) {
    if (command === 'stuck') await stuck;
    if (name === 'stdout') yield await Promise.resolve(Buffer.from(command));
  },
  write: async () => (command === 'stuck' ? await stuck : undefined),
  closeStdin: () => undefined,
  resize: () => undefined,
  signal: () => undefined,
  exited: command === 'stuck' ? stuck : Promise.resolve({ code: 0, signal: null }),
});

const refuse = (): Promise<never> => Promise.reject(new ThawError('permission_denied', 'Nothing is there.'));

function fakeAccess(): SandboxAccess {
  open += 1;
  admitted += 1;
  return {
    sandbox: 'box',
    ended: new AbortController().signal,
    shell: async () => fakeProcess('shell'),
    command: async (command) => fakeProcess(command),
    sftp: async () => fakeProcess('sftp'),
    dial: refuse,
    dialUnix: refuse,
    listen: refuse,
    close: () => {
      open -= 1;
    },
  };
}

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'thaw-ssh-fuzz-'));
  gateway = await openGateway({
    host: '127.0.0.1',
    port: 0,
    stateDir: dir,
    admit: async (token) => {
      if (token === TOKEN) return await Promise.resolve(fakeAccess());
      refused += 1;
      return null;
    },
    log: silentLogger(),
  });
});
afterAll(async () => {
  await gateway.close();
  rmSync(dir, { recursive: true, force: true });
});

/** Repeatable: the same bytes in each run. */
function makeRandom(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return { below, bytes: (length: number) => Buffer.from(Array.from({ length }, () => below(256))) };
}
type Random = ReturnType<typeof makeRandom>;

async function inParallel(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Sends bytes on a connection of their own and waits until both sides have closed it. */
async function sendRaw(bytes: Buffer): Promise<void> {
  const socket = connect(gateway.endpoint.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.end(bytes);
  if (!socket.destroyed) await whenClosed(socket);
}

/** What a real client sends before its keys are there: its name, its algorithms, its half of the exchange. */
async function recordHandshake(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  const socket = connect(gateway.endpoint.port, '127.0.0.1');
  const write = socket.write.bind(socket);
  Reflect.set(socket, 'write', (data: Buffer | string) => {
    chunks.push(Buffer.from(data));
    return write(data);
  });
  client.connect({ sock: socket, username: 'nobody' });
  await once(client, 'handshake');
  client.end();
  await whenClosed(client);
  return Buffer.concat(chunks);
}

function damage(sample: Buffer, { below, bytes }: Random): Buffer {
  const copy = Buffer.from(sample);
  switch (below(5)) {
    case 0:
      return bytes(below(400));
    case 1:
      return Buffer.concat([Buffer.from('SSH-2.0-x\r\n'), bytes(below(600))]);
    case 2:
      return copy.subarray(0, below(copy.length));
    case 3: {
      const at = below(copy.length);
      return Buffer.concat([copy.subarray(0, at), bytes(below(64)), copy.subarray(at)]);
    }
    default:
      for (let count = 1 + below(8); count > 0; count -= 1) copy[below(copy.length)] = below(256);
      return copy;
  }
}

function badPayload({ below, bytes }: Random): Buffer {
  const kinds = [5, 20, 30, 50, 61, 80, 90, 91, 93, 94, 96, 97, 98, 99];
  const kind = Buffer.of(below(3) === 0 ? below(256) : (kinds[below(kinds.length)] ?? 0));
  const words = [
    'session',
    'direct-tcpip',
    'x11',
    'exec',
    'pty-req',
    'env',
    'tcpip-forward',
    'ssh-connection',
    'none',
    'root',
  ];
  const parts = Array.from({ length: below(6) }, () => {
    const roll = below(5);
    if (roll === 0) return u32(0xffff_ffff);
    if (roll === 1) return u32(below(4));
    return roll === 2 ? bytes(below(40)) : text(words[below(words.length)] ?? '');
  });
  return Buffer.concat([kind, ...parts]);
}

async function runCommand(client: Client, command: string): Promise<string> {
  return await new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error !== undefined) {
        reject(error);
        return;
      }
      let seen = '';
      channel.on('data', (data: Buffer) => {
        seen += data.toString();
      });
      channel.on('close', () => resolve(seen));
    });
  });
}

async function expectWorks(): Promise<void> {
  const client = await connectRaw(gateway.endpoint.port, TOKEN, 'ready');
  expect(await runCommand(client, 'still here')).toBe('still here');
  client.end();
  await whenClosed(client);
}

const descriptors = (): number => readdirSync('/proc/self/fd').length;
function heapBytes(): number {
  if (typeof collectGarbage === 'function') collectGarbage();
  return process.memoryUsage().heapUsed;
}
const settled = (): Promise<void> =>
  eventually('every way in is closed', () => open === 0 && gateway.visitors === 0);

it('survives damaged handshakes and packets, lets nobody in and leaks nothing', {
  timeout: 120_000,
}, async () => {
  const random = makeRandom(1);
  const sample = await recordHandshake();
  const storm = async (handshakes: number, connections: number): Promise<void> => {
    await inParallel(handshakes, async () => await sendRaw(damage(sample, random)));
    await inParallel(connections, async (index) => {
      // Half of them without a valid token: nothing but the wrong one may be heard of.
      const client = await connectRaw(
        gateway.endpoint.port,
        index % 2 === 0 ? TOKEN : 'wrong',
        index % 2 === 0 ? 'ready' : 'handshake',
      );
      for (let count = 0; count < PACKETS_EACH; count += 1) sendPacket(client, badPayload(random));
      client.end();
      await whenClosed(client);
    });
    await settled();
  };
  await storm(200, 16);
  const [fdsBefore, heapBefore] = [descriptors(), heapBytes()];
  const admittedBefore = admitted;
  await storm(HANDSHAKES, CONNECTIONS);
  expect(admitted - admittedBefore, 'those with the right token and nobody else').toBe(CONNECTIONS / 2);
  await expectWorks();
  await settled();
  await eventually('its descriptors are closed', () => descriptors() <= fdsBefore + 2);
  expect(heapBytes() - heapBefore).toBeLessThan(16 * MIB);
});

it('cuts a peer that wants packets without content', async () => {
  const client = await connectRaw(gateway.endpoint.port, TOKEN, 'ready');
  sendPacket(client, Buffer.concat([Buffer.of(90), text('session'), u32(0, 0x10_0000, 0)]));
  sendPacket(client, Buffer.concat([Buffer.of(98), u32(0), text('exec'), Buffer.of(1), text('anything')]));
  await whenClosed(client);
  await expectWorks();
});

it('cuts a peer that sends more than its window', async () => {
  const client = await connectRaw(gateway.endpoint.port, TOKEN, 'ready');
  sendPacket(client, Buffer.concat([Buffer.of(90), text('session'), u32(0, 0x10_0000, 0x8000)]));
  sendPacket(client, Buffer.concat([Buffer.of(98), u32(0), text('exec'), Buffer.of(1), text('stuck')]));
  const data = Buffer.concat([Buffer.of(94), u32(0), text(Buffer.alloc(30_000))]);
  let sent = 0;
  const closed = whenClosed(client).then(() => true);
  while (
    sent < 40 * MIB &&
    !(await Promise.race([closed, new Promise((resolve) => setImmediate(() => resolve(false)))]))
  ) {
    sendPacket(client, data);
    sent += data.length;
  }
  expect(await closed).toBe(true);
  await settled();
  await expectWorks();
});

it('ends a connection after three wrong tokens, and each answer comes late', async () => {
  const client = new ssh2.Client();
  client.on('error', () => undefined);
  const before = refused;
  const started = performance.now();
  client.connect({
    host: '127.0.0.1',
    port: gateway.endpoint.port,
    username: 'wrong',
    authHandler: (_left, _partial, next) => next('none'),
  });
  await whenClosed(client);
  expect(refused - before).toBe(3);
  expect(performance.now() - started).toBeGreaterThan(1_400);
});

it('takes a bounded number of strangers, and a valid token still gets in afterwards', async () => {
  const sockets = Array.from({ length: 60 }, () =>
    connect(gateway.endpoint.port, '127.0.0.1')
      .on('error', () => undefined)
      .resume(),
  );
  await eventually(
    'those too many are turned away',
    () => sockets.filter(({ destroyed }) => destroyed).length >= 28,
  );
  expect(sockets.filter(({ destroyed }) => !destroyed).length).toBeLessThanOrEqual(32);
  for (const socket of sockets) socket.destroy();
  await eventually('there is room again', async () => {
    await expectWorks().catch(() => undefined);
    return open === 0;
  });
  await expectWorks();
});
