/** The toolbox over a real sandbox: commands, files of any size, terminals, facts. */
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { toolboxSandbox } from '../support/toolbox-sandbox.ts';
import { WRITER_KEY } from '../support/toolbox-server.ts';

const box = toolboxSandbox();
const body = async (response: Promise<Response>): Promise<unknown> => {
  const answered = await response;
  return { status: answered.status, body: await answered.json() };
};
const execute = (given: object): Promise<unknown> => box.execute(given);
const request = (path: string, init?: RequestInit): Promise<Response> => box.server().request(path, init);
const post = (path: string, given: object): Promise<Response> => box.server().post(path, given);

const MEGABYTE = 1024 * 1024;

describe('a command', () => {
  it('answers both outputs in the order in which they were written', async () => {
    const command = 'for i in 1 2 3; do echo out$i; echo err$i >&2; done; exit 7';
    expect(await execute({ command })).toEqual({
      status: 200,
      body: { exitCode: 7, result: 'out1\nerr1\nout2\nerr2\nout3\nerr3\n' },
    });
  });

  it('is the input of a shell, with variables, in a directory', async () => {
    expect(
      await execute({ command: 'echo $A $OF_SANDBOX; pwd', cwd: '/tmp', envs: { A: '1' }, timeout: 10 }),
    ).toEqual({ status: 200, body: { exitCode: 0, result: '1 yes\n/tmp\n' } });
    expect(await execute({ command: 'cat\nthe rest' })).toMatchObject({ body: { result: 'the rest\n' } });
    expect(await execute({ command: 'if fi' })).toMatchObject({
      body: { exitCode: 2, result: expect.stringContaining('syntax error') },
    });
    expect(await execute({ command: 'kill -9 $$' })).toMatchObject({ body: { exitCode: 137 } });
  });

  it('that cannot start is a result, and one that makes no sense is refused', async () => {
    expect(await execute({ command: 'true', cwd: '/nowhere' })).toMatchObject({
      status: 200,
      body: { exitCode: -1, result: expect.stringContaining('/nowhere') },
    });
    expect(await execute({ command: '  ' })).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('command cannot be empty or whitespace-only') },
    });
    expect(await execute({ command: 'true', envs: { '1=x': 'y' } })).toMatchObject({ status: 400 });
  });

  it('that takes too long is killed with all that it started', async () => {
    expect(await execute({ command: 'sleep 321 & sleep 321', timeout: 0.3 })).toMatchObject({
      status: 408,
      body: { code: 'PROCESS_EXECUTION_TIMEOUT', message: 'command execution timeout' },
    });
    expect(await execute({ command: 'pgrep -f "^sleep 321"' })).toMatchObject({ body: { exitCode: 1 } });
  });

  it('ends when its caller goes away', async () => {
    const controller = new AbortController();
    const running = request('/process/execute', {
      method: 'POST',
      body: JSON.stringify({ command: 'echo > /tmp/started; sleep 432' }),
      signal: controller.signal,
    });
    await execute({ command: 'until [ -e /tmp/started ]; do sleep 0.02; done' });
    controller.abort();
    await expect(running).rejects.toThrow();
    const gone = 'while pgrep -f "^sleep 432" >/dev/null; do sleep 0.02; done';
    expect(await execute({ command: gone, timeout: 10 })).toMatchObject({ body: { exitCode: 0 } });
  });
});

describe('files', () => {
  it('of 100 MB go up and come back whole, and appear when they are whole', async () => {
    const block = randomBytes(MEGABYTE);
    const count = 100;
    const hash = createHash('sha256');
    async function* content() {
      yield Buffer.from(
        '--x\r\nContent-Disposition: form-data; name="files[0].path"\r\n\r\nbig/data.bin\r\n' +
          '--x\r\nContent-Disposition: form-data; name="files[0].file"; filename="data.bin"\r\n\r\n',
      );
      for (let index = 0; index < count; index += 1) {
        const piece = Buffer.from(block);
        piece.writeUInt32LE(index);
        hash.update(piece);
        yield piece;
      }
      yield Buffer.from('\r\n--x--\r\n');
    }
    const started = performance.now();
    const sent = await request('/files/bulk-upload', {
      method: 'POST',
      body: content(),
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      duplex: 'half',
    });
    const uploadedMs = performance.now() - started;
    expect(await sent.json()).toEqual({ files: [{ path: 'big/data.bin', bytes: count * MEGABYTE }] });
    const wanted = hash.digest('hex');
    expect(await execute({ command: 'sha256sum < big/data.bin; ls -A big' })).toMatchObject({
      body: { result: `${wanted}  -\ndata.bin\n` },
    });
    const received = createHash('sha256');
    const restarted = performance.now();
    const response = await request('/files/download?path=big/data.bin');
    expect(response.headers.get('content-length')).toBe(String(count * MEGABYTE));
    for await (const chunk of response.body ?? []) received.update(chunk);
    const downloadedMs = performance.now() - restarted;
    expect(received.digest('hex')).toBe(wanted);
    process.stderr.write(
      `100 MB: up in ${Math.round(uploadedMs)} ms, down in ${Math.round(downloadedMs)} ms\n`,
    );
  });

  it('that do not come to an end change nothing', async () => {
    await execute({ command: 'mkdir -p part; echo old > part/file' });
    const controller = new AbortController();
    async function* content() {
      for (let index = 0; index < 12; index += 1) yield Buffer.alloc(MEGABYTE, 97);
      controller.abort();
      yield Buffer.alloc(MEGABYTE, 97);
    }
    const sent = request('/files/upload-v2?path=part/file', {
      method: 'POST',
      body: content(),
      headers: { 'content-type': 'application/octet-stream' },
      duplex: 'half',
      signal: controller.signal,
    });
    await expect(sent).rejects.toThrow();
    const command = 'until [ "$(ls -A part)" = file ]; do sleep 0.02; done; cat part/file';
    expect(await execute({ command, timeout: 10 })).toMatchObject({ body: { result: 'old\n' } });
  });

  it('are described, moved, changed, searched and removed', async () => {
    await execute({ command: 'mkdir -p t/sub && printf "one\\ntwo\\n" > t/a.txt && echo two > t/sub/b.txt' });
    const made = await request('/files/folder?path=t/new&mode=0750', { method: 'POST' });
    expect(made.status).toBe(201);
    expect(await body(request('/files?path=t'))).toMatchObject({
      status: 200,
      body: [
        {
          name: 'a.txt',
          path: '/home/daytona/t/a.txt',
          size: 8,
          mode: '-rw-r--r--',
          permissions: '0644',
          isDir: false,
        },
        { name: 'new', mode: 'drwxr-x---', isDir: true },
        { name: 'sub' },
      ],
    });
    expect(await body(request('/files?path=t&depth=2'))).toMatchObject({
      body: [{ name: 'a.txt' }, { name: 'new' }, { name: 'sub' }, { path: '/home/daytona/t/sub/b.txt' }],
    });
    const move = (to: string): Promise<Response> =>
      request(`/files/move?source=t/a.txt&destination=${to}`, { method: 'POST' });
    expect((await move('t/sub/b.txt')).status).toBe(409);
    expect((await move('t/c.txt')).status).toBe(200);
    expect((await move('t/d.txt')).status).toBe(404);
    const permissions = await request(
      '/files/permissions?path=t/c.txt&mode=0600&owner=daytona&group=daytona',
      {
        method: 'POST',
      },
    );
    expect(permissions.status).toBe(200);
    expect(await body(request('/files/info?path=t/c.txt'))).toMatchObject({
      body: { permissions: '0600', mode: '-rw-------', path: '/home/daytona/t/c.txt' },
    });
    const toRoot = await request('/files/permissions?path=t/c.txt&owner=root', { method: 'POST' });
    expect(toRoot.status).toBe(403);
    expect(await body(request('/files/search?path=t&pattern=*.txt'))).toEqual({
      status: 200,
      body: { files: ['/home/daytona/t/c.txt', '/home/daytona/t/sub/b.txt'] },
    });
    expect(await body(request('/files/find?path=t&pattern=two'))).toEqual({
      status: 200,
      body: [
        { file: '/home/daytona/t/c.txt', line: 2, content: 'two' },
        { file: '/home/daytona/t/sub/b.txt', line: 1, content: 'two' },
      ],
    });
    expect(
      await body(post('/files/replace', { files: ['t/c.txt', 't/none'], pattern: 'two', newValue: '2$&' })),
    ).toMatchObject({
      body: [
        { file: 't/c.txt', success: true },
        { file: 't/none', success: false, error: expect.any(String) },
      ],
    });
    expect(await execute({ command: 'cat t/c.txt' })).toMatchObject({ body: { result: 'one\n2$&\n' } });
    expect((await request('/files?path=t', { method: 'DELETE' })).status).toBe(400);
    expect((await request('/files?path=t&recursive=true', { method: 'DELETE' })).status).toBe(204);
    expect(await body(request('/files/info?path=t'))).toMatchObject({
      status: 404,
      body: { code: 'FILE_NOT_FOUND' },
    });
  });

  it('come many at once, each missing one as a part of its own', async () => {
    await execute({ command: 'printf abc > "/tmp/with \\"quote"' });
    const response = await post('/files/bulk-download', { paths: ['/tmp/with "quote', '/tmp/none'] });
    expect(response.headers.get('content-type')).toBe('multipart/form-data; boundary=DAYTONA-FILE-BOUNDARY');
    expect(await response.text()).toMatch(
      /^--DAYTONA-FILE-BOUNDARY\r\nContent-Disposition: form-data; name="file"; filename="\/tmp\/with \\"quote"\r\n[^]*\r\n\r\nabc\r\n--DAYTONA-FILE-BOUNDARY\r\nContent-Disposition: form-data; name="error"; filename="\/tmp\/none"\r\n[^]*"code":"FILE_NOT_FOUND"[^]*\r\n--DAYTONA-FILE-BOUNDARY--\r\n$/,
    );
  });
});

interface Shell {
  readonly socket: WebSocket;
  /** Resolves when the output or a control frame has `text`. */
  shows(text: string): Promise<void>;
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

function openShell(path: string, protocols: string[] = []): Shell {
  const socket = new WebSocket(`${box.server().url.replace('http', 'ws')}${path}`, protocols, {
    headers: { authorization: `Bearer ${WRITER_KEY}` },
  });
  let seen = '';
  let look: () => void = () => undefined;
  socket.on('message', (data: Buffer) => {
    seen += data.toString('utf8');
    look();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve, reject) => {
    socket.once('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') }));
    socket.once('error', reject);
  });
  closed.catch(() => undefined);
  return {
    socket,
    closed,
    shows: (text) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (seen.includes(text)) resolve();
        };
        socket.once('close', () => reject(new Error(`closed without ${text}: ${seen}`)));
        look();
      }),
  };
}

describe('a terminal', () => {
  it('is made, watched by several, resized, and tells how it ended', async () => {
    const created = await body(post('/process/pty', { id: 'one', cols: 100, rows: 30, envs: { B: '2' } }));
    expect(created).toEqual({ status: 201, body: { sessionId: 'one' } });
    expect(await body(post('/process/pty', { id: 'one' }))).toMatchObject({ status: 409 });
    const [first, second] = [openShell('/process/pty/one/connect'), openShell('/process/pty/one/connect')];
    await Promise.all([first.shows('"status":"connected"'), second.shows('"status":"connected"')]);
    first.socket.send('echo $((40+2)) $B $(stty size)\n');
    await Promise.all([first.shows('42 2 30 100'), second.shows('42 2 30 100')]);
    expect(await body(post('/process/pty/one/resize', { cols: 90, rows: 20 }))).toMatchObject({
      body: { id: 'one', cols: 90, rows: 20, active: true },
    });
    second.socket.send(Buffer.from('stty size; : late\n'));
    await first.shows('20 90');
    const late = openShell('/process/pty/one/connect');
    await late.shows('42 2 30 100');
    late.socket.close();
    first.socket.send('exit 3\n');
    expect(await first.closed).toEqual({ code: 1000, reason: '{"exitCode":3,"exitReason":""}' });
    expect((await second.closed).code).toBe(1000);
    expect(await body(post('/process/pty/one/resize', { cols: 90, rows: 20 }))).toMatchObject({
      status: 410,
    });
    expect(await body(request('/process/pty'))).toMatchObject({
      body: { sessions: [{ id: 'one', active: false }] },
    });
    expect(await body(request('/process/pty/one', { method: 'DELETE' }))).toMatchObject({
      status: 200,
    });
    expect((await request('/process/pty/one')).status).toBe(404);
  });

  it('is made and watched at once, and ends with its deletion', async () => {
    const envs = Buffer.from('{"C":"3"}').toString('base64url');
    const shell = openShell('/process/pty/create-connect?id=two&cols=80&rows=24&cwd=/tmp', [
      `X-Daytona-Pty-Envs~${envs}`,
      'X-Daytona-Pty-Exit-Control',
    ]);
    await shell.shows('"status":"connected"');
    expect(shell.socket.protocol).toBe('X-Daytona-Pty-Exit-Control');
    shell.socket.send('echo $PWD-$C\n');
    await shell.shows('/tmp-3');
    const exited = shell.shows('"status":"exited"');
    await request('/process/pty/two', { method: 'DELETE' });
    await exited;
    expect((await shell.closed).reason).toContain('"exitCode":1');
  });
});

it('tells of places, ports, version and use', async () => {
  expect(await body(request('/user-home-dir'))).toEqual({
    status: 200,
    body: { dir: '/home/daytona' },
  });
  expect(await body(request('/work-dir'))).toEqual({ status: 200, body: { dir: '/home/daytona' } });
  expect(await body(request('/version'))).toMatchObject({ body: { version: expect.any(String) } });
  await execute({
    command:
      'python3 -m http.server 3999 >/dev/null 2>&1 & until ss -ltn 2>/dev/null | grep -q 3999 || nc -z 127.0.0.1 3999 2>/dev/null || python3 -c "import socket; socket.create_connection((\'127.0.0.1\', 3999))" 2>/dev/null; do :; done',
  });
  expect(await body(request('/port'))).toEqual({ status: 200, body: { ports: [3999] } });
  expect(await body(request('/port/3999/in-use'))).toMatchObject({ body: { isInUse: true } });
  expect(await body(request('/port/80/in-use'))).toMatchObject({
    status: 400,
    body: { message: 'port out of range: must be between 3000 and 9999' },
  });
  expect(await body(request('/system/metrics'))).toMatchObject({
    status: 200,
    body: {
      cpuCount: 1,
      memTotal: 1024 ** 3,
      diskTotal: expect.any(Number),
      timestampUnix: expect.any(Number),
    },
  });
  expect((await post('/env', { set: {} })).status).toBe(403);
});
