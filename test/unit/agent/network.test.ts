/** TCP from inside the guest. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { describeAgent, shell } from './describe-agent.ts';

describeAgent('network', (subject) => {
  const agent = () => subject().agent;
  const servers: Server[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  async function listen(serve: (socket: Socket) => void, host = '127.0.0.1'): Promise<number> {
    const server = createServer({ allowHalfOpen: true }, serve);
    servers.push(server);
    server.listen(0, host);
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP address');
    return address.port;
  }

  it('talks both ways and closes each half by itself', async () => {
    const port = await listen(
      (socket) =>
        void socket
          .on('data', (data) => socket.write(`<${data.toString()}>`))
          .on('end', () => socket.end('bye')),
    );
    const socket = await agent().dial(port);
    await socket.write(Buffer.from('hello'));
    let text = '';
    for await (const chunk of socket.received) {
      text += chunk.toString();
      if (text === '<hello>') socket.end();
    }
    expect(text).toBe('<hello>bye');
    // Both directions have ended, so there is nothing left to destroy.
    socket.destroy();
  });

  it('holds no channel for sockets that have ended', { timeout: 30_000 }, async () => {
    const port = await listen((socket) => void socket.resume().on('end', () => socket.end()));
    for (let round = 0; round < 12; round++) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const socket = await agent().dial(port);
          socket.end();
          for await (const _ of socket.received) throw new Error('nothing was sent');
        }),
      );
    }
  });

  it('carries megabytes each way at once', async () => {
    const port = await listen((socket) => void socket.pipe(socket));
    const socket = await agent().dial(port);
    const data = Buffer.alloc(8_000_000, 'abcdefghijk');
    const sent = socket.write(data).then(() => socket.end());
    const chunks: Buffer[] = [];
    for await (const chunk of socket.received) chunks.push(chunk);
    await sent;
    expect(Buffer.concat(chunks).equals(data)).toBe(true);
    socket.destroy();
  });

  it('takes localhost for ::1 where nothing is at 127.0.0.1', async () => {
    const port = await listen((socket) => socket.end('six'), '::1');
    const socket = await agent().dial(port);
    const chunks: string[] = [];
    for await (const chunk of socket.received) chunks.push(chunk.toString());
    expect(chunks.join('')).toBe('six');
    socket.destroy();
    expect((await agent().dial(port, '::1')).destroy()).toBeUndefined();
    await expect(agent().dial(port, '127.0.0.1')).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('tells when nothing answers, and refuses names and ports that are none', async () => {
    const port = await listen(() => undefined);
    servers.pop()?.close();
    await expect(agent().dial(port)).rejects.toMatchObject({
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await expect(agent().dial(80, 'example.org')).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(agent().dial(0)).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(agent().dial(80, 'a\0b')).rejects.toMatchObject({ code: 'invalid_argument' });
  });

  it('tells a broken connection from an ended one', async () => {
    const port = await listen((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    const socket = await agent().dial(port);
    await socket.write(Buffer.from('x'));
    const reading = (async () => {
      for await (const _ of socket.received) throw new Error('nothing was sent');
    })();
    await expect(reading).rejects.toMatchObject({ message: expect.stringContaining('ECONNRESET') });
  });

  it('closes the connection in the guest when it is destroyed', async () => {
    const closed = new Promise<void>((resolve) => {
      void listen(
        (socket) =>
          void socket
            .resume()
            .on('end', () => socket.destroy())
            .on('close', () => resolve()),
      ).then(async (port) => (await agent().dial(port)).destroy());
    });
    await closed;
  });

  it('lists listening ports with their owner', async () => {
    const four = await listen(() => undefined);
    const six = await listen(() => undefined, '::1');
    const ports = await agent().listeningPorts();
    expect(ports).toContainEqual({
      port: four,
      address: '127.0.0.1',
      family: 4,
      uid: 0,
      inode: expect.any(Number),
    });
    expect(ports).toContainEqual({ port: six, address: '::1', family: 6, uid: 0, inode: expect.any(Number) });
    expect((await shell(agent(), 'echo ok')).stdout).toBe('ok\n');
  });
});
