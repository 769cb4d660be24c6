/** The way to an agent around Docker's attach stream: who finds it, who is turned away, and how it ends. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createConnection, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { goDirect } from '../../../src/engine/agent/direct-link.ts';
import { encodeFrame, request } from '../../../src/engine/agent/frame.ts';
import type { AgentConnection } from '../../../src/engine/agent/port.ts';
import { asContainerId } from '../../../src/ids.ts';
import { silentLogger } from '../../../src/log.ts';
import { describeAgent, eventually, read, run, shell } from './describe-agent.ts';

/** What open(2) takes for a descriptor that only leads to a file; Node has no name for it. */
const O_PATH = 0o10000000;
const log = silentLogger();
const ended = new Set<() => void>();

afterEach(() => {
  for (const end of ended) end();
  ended.clear();
});

/** A part of the process's line of cgroups stands in for the id of a container. */
const placeOf = (pid: number) => ({ containerId: asContainerId(':'), pid });

async function offer(agent: AgentConnection, pid: number): Promise<{ keys: Buffer; path: string }> {
  const keys = randomBytes(32);
  const descriptor = await agent.direct?.offer(keys);
  return { keys, path: `/proc/${pid}/fd/${descriptor}` };
}

/** However it comes to that: what was sent and never read makes it a reset. */
async function closed(socket: Socket): Promise<void> {
  socket.on('error', () => undefined);
  socket.resume();
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
}

async function call(path: string): Promise<Socket> {
  const socket = createConnection({ path });
  ended.add(() => socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describeAgent('direct link', (subject) => {
  it('takes everything over, and gives it back when it is closed', async () => {
    const { local, agent } = subject();
    const direct = await goDirect(agent, placeOf(local.pid), log);
    expect(direct).not.toBe(agent);
    expect(agent.isOpen).toBe(false);
    expect((await shell(direct, 'echo here')).stdout).toBe('here\n');
    const text = 'x'.repeat(1_000_000);
    expect((await run(direct, { argv: ['cat'] }, text)).stdout).toBe(text);
    const left = await direct.spawn({ argv: ['sleep', '1000'] });

    direct.close();
    const attached = await local.connect();
    expect(attached.info.inherited).toBe(1);
    expect((await shell(attached, `kill -9 ${left.pid}; echo back`)).stdout).toBe('back\n');
    const again = await goDirect(attached, placeOf(local.pid), log);
    expect((await shell(again, 'echo again')).stdout).toBe('again\n');
    again.close();
  });

  it('leaves neither name nor descriptor behind', async () => {
    const { local } = subject();
    const names = async () => (await readdir('/dev')).filter((name) => name.startsWith('.thaw-'));
    const sockets = async () =>
      (await readdir(`/proc/${local.pid}/fd`)).filter((fd) => {
        try {
          return readFileSync(`/proc/${local.pid}/fdinfo/${fd}`, 'utf8').length > 0 && Number(fd) > 3;
        } catch {
          return false;
        }
      }).length;
    const first = await goDirect(await local.connect(), placeOf(local.pid), log);
    const before = await sockets();
    first.close();
    for (let turn = 0; turn < 20; turn++) {
      const attached = await local.connect();
      if (turn % 3 === 0) await offer(attached, local.pid);
      (await goDirect(attached, placeOf(local.pid), log)).close();
    }
    const last = await goDirect(await local.connect(), placeOf(local.pid), log);
    expect(await sockets()).toBe(before);
    expect(await names()).toEqual([]);
    last.close();
  });

  it('hangs up on whoever does not know the key, and goes on waiting for who does', async () => {
    const { local } = subject();
    const attached = await local.connect();
    const { keys, path } = await offer(attached, local.pid);
    for (const said of [Buffer.alloc(16), keys.subarray(0, 16), randomBytes(200)]) {
      const stranger = await call(path);
      stranger.write(said);
      await closed(stranger);
    }
    const silent = await call(path);
    const friend = await call(path);
    const [key]: Buffer[] = await once(friend, 'data');
    expect(key?.equals(keys.subarray(0, 16))).toBe(true);
    friend.pause();
    friend.write(keys.subarray(16, 20));
    friend.write(keys.subarray(20));
    friend.resume();
    const direct = await local.connect(friend);
    expect((await shell(direct, 'echo in')).stdout).toBe('in\n');
    await closed(silent);
    direct.close();
  });

  it('is over when the offer is withdrawn, and when another engine says hello', async () => {
    const { local } = subject();
    const attached = await local.connect();
    const first = await offer(attached, local.pid);
    attached.direct?.withdraw();
    await attached.ping();
    await expect(call(first.path)).rejects.toMatchObject({
      code: expect.stringMatching(/ENOENT|ECONNREFUSED/),
    });
    const second = await offer(attached, local.pid);
    const other = await local.connect();
    await expect(call(second.path)).rejects.toMatchObject({
      code: expect.stringMatching(/ENOENT|ECONNREFUSED/),
    });
    expect((await shell(other, 'echo on')).stdout).toBe('on\n');
    other.close();
  });

  it('outlives an engine that is cut off in the middle of a frame', async () => {
    const { local } = subject();
    for (const cut of [1, 15, 20, 300]) {
      const attached = await local.connect();
      const { keys, path } = await offer(attached, local.pid);
      const socket = await call(path);
      await once(socket, 'data');
      socket.resume();
      socket.write(keys.subarray(16));
      const direct = await local.connect(socket);
      const loud = await direct.spawn({ argv: ['yes'] });
      const payload = Buffer.alloc(1_000);
      socket.write(encodeFrame(0, { type: request.open, flags: 0, channel: 9, payload }).subarray(0, cut));
      socket.destroy();
      const next = await local.connect();
      expect((await shell(next, `kill -9 -${loud.pid}; echo heard`)).stdout).toBe('heard\n');
      next.close();
    }
  });

  it('is not taken with a process that is not the agent', async () => {
    const { local } = subject();
    const attached = await local.connect();
    expect(
      await goDirect(attached, { containerId: asContainerId('f'.repeat(64)), pid: local.pid }, log),
    ).toBe(attached);
    expect(await goDirect(attached, placeOf(2 ** 30), log)).toBe(attached);
    // One of the same number that listens too, and says what it likes.
    const directory = await mkdtemp(join(tmpdir(), 'direct-'));
    const path = join(directory, 'socket');
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (chunk: Buffer) => heard.push(chunk));
      socket.on('error', () => undefined);
      socket.write(randomBytes(16));
    }).listen(path);
    await once(server, 'listening');
    const descriptor = openSync(path, O_PATH);
    const impostor: AgentConnection = {
      ...attached,
      isOpen: true,
      direct: { offer: async () => descriptor, withdraw: () => undefined },
    };
    expect(await goDirect(impostor, placeOf(process.pid), log)).toBe(impostor);
    expect(heard).toEqual([]);
    closeSync(descriptor);
    server.close();
    await rm(directory, { recursive: true });
    expect((await shell(attached, 'echo still')).stdout).toBe('still\n');
    attached.close();
  });

  it('carries what is loud and what is slow side by side', async () => {
    const { local } = subject();
    const direct = await goDirect(await local.connect(), placeOf(local.pid), log);
    const loud = await direct.spawn({ argv: ['head', '-c', '50000000', '/dev/zero'] });
    const quiet = await direct.spawn({ argv: ['sh', '-c', 'sleep 0.1; echo quiet'] });
    const [text, bytes] = await Promise.all([
      read(quiet),
      (async () => {
        let count = 0;
        for await (const chunk of loud.output('stdout')) count += chunk.length;
        return count;
      })(),
    ]);
    expect(text).toBe('quiet\n');
    expect(bytes).toBe(50_000_000);
    direct.close();
    await eventually(async () => (await local.connect()).info.inherited === 0);
  });
});
