/** Forwarded ports and sockets by OpenSSH's own client on a real sandbox, and what is refused. */

import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { call, eventually } from '../../support/open-engine.ts';
import {
  type Client,
  installClients,
  makeClient,
  openSshStage,
  type SshStage,
  ssh,
  startClient,
} from '../../support/ssh.ts';

const ECHO_PORT = 4711;
/** Resets each connection at once. */
const RESET_PORT = 4713;
/** Echoes in capitals, and closes its side only after the peer's. */
const ECHO = [
  'import socketserver, sys, os',
  'class H(socketserver.StreamRequestHandler):',
  '    def handle(self):',
  '        for data in iter(lambda: self.request.recv(65536), b""): self.request.sendall(data.upper())',
  // The default of 5 makes the kernel reset connections of a burst.
  'class T(socketserver.ThreadingTCPServer): allow_reuse_address = True; request_queue_size = 128',
  'class U(socketserver.ThreadingUnixStreamServer): request_queue_size = 128',
  'import threading, struct, socket',
  'class R(socketserver.BaseRequestHandler):',
  '    def handle(self):',
  '        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)); self.request.close()',
  `threading.Thread(target=T(("127.0.0.1", ${RESET_PORT}), R).serve_forever).start()`,
  `threading.Thread(target=T(("127.0.0.1", ${ECHO_PORT}), H).serve_forever).start()`,
  'U("/home/daytona/echo.sock", H).serve_forever()',
].join('\n');

let stage: SshStage;
let client: Client;
beforeAll(async () => {
  await installClients();
  stage = await openSshStage();
  await stage.engine.lifecycle.create({ name: 'box' }, call());
  client = await makeClient(stage, 'box');
  await stage.engine.files.write('box', { path: 'echo.py', content: ECHO }, call());
  await stage.engine.exec.exec('box', { command: 'nohup python3 echo.py >/dev/null 2>&1 &' }, call());
  await eventually('the echo listens', async () => {
    const { stdout } = await stage.engine.exec.exec('box', { command: 'ss -xtln' }, call());
    return stdout.includes(String(ECHO_PORT)) && stdout.includes('echo.sock');
  });
});
afterAll(async () => await stage.close());

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}

function portOf(server: Server): number {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('it does not listen');
  return address.port satisfies AddressInfo['port'];
}

/** Sends, half-closes, and answers all that comes. */
async function exchange(socket: Socket, text: string | Buffer): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.end(text);
  await once(socket, 'close');
  return Buffer.concat(chunks);
}

/** A client with forwardings that goes on until the test ends. */
async function forwarding(...flags: string[]) {
  const running = startClient(stage, [
    'ssh',
    '-F',
    client.config,
    '-o',
    'ExitOnForwardFailure=yes',
    ...flags,
    client.host,
    'echo up; cat',
  ]);
  await eventually(`the connection is there: ${running.errors()}`, () => running.output().startsWith('up'));
  return running;
}

describe('local forwarding', () => {
  it('carries many connections at once, whole and with half-closes', async () => {
    const port = await freePort();
    await forwarding('-L', `${port}:localhost:${ECHO_PORT}`);
    const large = Buffer.alloc(2_000_000, 'thaw ');
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => await exchange(connect(port, '127.0.0.1'), large)),
    );
    const expected = large.toString().toUpperCase();
    expect(answers.every((answer) => answer.toString() === expected)).toBe(true);
  });

  it('goes on for all others when one connection is reset', async () => {
    const [echo, reset] = [await freePort(), await freePort()];
    await forwarding('-L', `${echo}:localhost:${ECHO_PORT}`, '-L', `${reset}:localhost:${RESET_PORT}`);
    const steady = connect(echo, '127.0.0.1');
    const answer = exchange(steady, Buffer.alloc(200_000, 'steady '));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await exchange(connect(reset, '127.0.0.1'), 'x').catch(() => undefined);
    }
    expect((await answer).length).toBe(200_000);
    expect((await exchange(connect(echo, '127.0.0.1'), 'later')).toString()).toBe('LATER');
  });

  it('reaches Unix sockets of the sandbox', async () => {
    const port = await freePort();
    await forwarding('-L', `${port}:/home/daytona/echo.sock`);
    expect((await exchange(connect(port, '127.0.0.1'), 'by unix')).toString()).toBe('BY UNIX');
  });

  it('goes to the sandbox alone, and to nothing that does not listen', async () => {
    const canary = createServer((socket) => socket.end('the host')).listen(0, '127.0.0.1');
    onTestFinished(() => void canary.close());
    await once(canary, 'listening');
    for (const host of ['10.227.0.1', '169.254.169.254', 'example.com', '0.0.0.0', '2130706433']) {
      const { code, stdout, stderr } = await ssh(stage, client, ['-W', `${host}:${portOf(canary)}`]);
      expect(stdout.toString()).toBe('');
      expect(stderr).toContain('forwarding failed');
      expect(code).toBe(255);
    }
    // Its own loopback is not the host's.
    expect((await ssh(stage, client, ['-W', `127.0.0.1:${portOf(canary)}`])).stdout.toString()).toBe('');
    expect(
      (await ssh(stage, client, ['-W', `box:${ECHO_PORT}`], { input: 'own name' })).stdout.toString(),
    ).toBe('OWN NAME');
  });
});

describe('remote forwarding', () => {
  it('brings connections of the sandbox to the client, until it is gone', async () => {
    const server = createServer((socket) => {
      socket.on('data', (data) => socket.end(`heard ${data.toString()}`));
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const running = await forwarding(
      '-R',
      `5599:127.0.0.1:${portOf(server)}`,
      '-R',
      `/home/daytona/back.sock:127.0.0.1:${portOf(server)}`,
    );
    const python = (target: string, family: string): string =>
      `python3 -c "import socket; s = socket.socket(socket.${family}); s.connect(${target}); s.sendall(b'me'); print(s.makefile().read())"`;
    const exec = async (command: string) => await stage.engine.exec.exec('box', { command }, call());
    expect((await exec(python("('127.0.0.1', 5599)", 'AF_INET'))).stdout).toBe('heard me\n');
    expect((await exec(python("'/home/daytona/back.sock'", 'AF_UNIX'))).stdout).toBe('heard me\n');
    const many = Array.from({ length: 10 }, () => exec(python("('127.0.0.1', 5599)", 'AF_INET')));
    expect((await Promise.all(many)).map(({ stdout }) => stdout)).toEqual(
      Array.from({ length: 10 }, () => 'heard me\n'),
    );
    running.child.kill('SIGKILL');
    await eventually('nothing listens any more', async () => {
      const { stdout } = await exec('ss -tln; ls; pgrep -f forward-liste[n] || true');
      return !stdout.includes(':5599') && !stdout.includes('back.sock') && !/^\d+$/m.test(stdout);
    });
  });

  it('chooses a port when asked to, and says when one is taken', async () => {
    const running = startClient(stage, [
      'ssh',
      '-F',
      client.config,
      '-o',
      'LogLevel=INFO',
      '-R',
      '0:127.0.0.1:9',
      client.host,
      'echo up; cat',
    ]);
    await eventually('a port was chosen', () =>
      /Allocated port \d+ for remote forward/.test(running.errors()),
    );
    const { code, stderr } = await ssh(stage, client, [
      '-o',
      'ExitOnForwardFailure=yes',
      '-R',
      `${ECHO_PORT}:127.0.0.1:9`,
      'true',
    ]);
    expect(stderr).toContain('remote port forwarding failed');
    expect(code).toBe(255);
  });
});

it('refuses agent and X11 forwarding', async () => {
  const agent = join(stage.dir, 'agent.sock');
  const running = startClient(stage, ['ssh-agent', '-D', '-a', agent]);
  await eventually('the agent listens', () => existsSync(agent));
  const flags = ['-A', '-X', 'echo "$SSH_AUTH_SOCK|$DISPLAY"'];
  const { stdout, code } = await ssh(stage, client, flags, { env: { SSH_AUTH_SOCK: agent, DISPLAY: ':99' } });
  expect(stdout.toString()).toBe('|\n');
  expect(code).toBe(0);
  running.child.kill();
});

it('serves an IDE as VS Code does it: a command, a server that lives on, and a forwarded port to it', async () => {
  const { stdout } = await ssh(stage, client, ['sh'], {
    input: 'uname -s; echo "home=$HOME"; mkdir -p ~/.server\n',
  });
  expect(stdout.toString()).toBe('Linux\nhome=/home/daytona\n');
  const port = await freePort();
  const start =
    'cd ~/.server && (setsid nohup python3 -m http.server 4712 --bind 127.0.0.1 >log 2>&1 &) && echo started && exec cat';
  const running = startClient(stage, [
    'ssh',
    '-F',
    client.config,
    '-T',
    '-D',
    String(port),
    client.host,
    start,
  ]);
  await eventually('the server was started', () => running.output() === 'started\n');
  // Through the SOCKS proxy of the client, as the IDE does it.
  const fetched = async (): Promise<string> => {
    const { ended, output } = startClient(stage, [
      'curl',
      '-s',
      '--socks5',
      `127.0.0.1:${port}`,
      'http://127.0.0.1:4712/log',
    ]);
    return (await ended).code === 0 ? `fetched ${output()}` : '';
  };
  await eventually('it answers', async () => (await fetched()) !== '');
  for (const line of ['one\n', 'two\n', 'three\n']) {
    const before = running.output();
    running.child.stdin.write(line);
    await eventually('the long-lived process answers', () => running.output() === before + line);
  }
});
