/** Files that come in as multipart bodies: whole, out of order, cut off, too many, slow. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ThawError } from '../../../src/errors.ts';
import { type FakeBackend, fakeBackend } from '../../support/fake-backend.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import { type ToolboxServer, toolboxServer, WRITER_KEY } from '../../support/toolbox-server.ts';

interface Upload {
  readonly path: string;
  bytes: number;
  end: 'open' | 'whole' | 'broken';
}

interface Opened extends FakeBackend {
  readonly server: ToolboxServer;
  /** What reached the backend. */
  readonly uploads: Upload[];
  /** Resolves when as many uploads have ended in whatever way. */
  ended(count: number): Promise<void>;
}

async function open(clock?: ManualClock): Promise<Opened> {
  const uploads: Upload[] = [];
  let look: () => void = () => undefined;
  const fake = fakeBackend({
    settings: { touch: () => Promise.resolve(sandboxFixture()) },
    fileSystem: {
      async upload(_sandbox, { path }, content) {
        if (path === '/denied') throw new ThawError('permission_denied', 'Not there.');
        if (path === '/full')
          for await (const chunk of content)
            if (chunk.length > 0) throw new ThawError('disk_full', 'No space is left.');
        const upload: Upload = { path, bytes: 0, end: 'open' };
        uploads.push(upload);
        try {
          for await (const chunk of content) upload.bytes += chunk.length;
          upload.end = 'whole';
        } catch (error) {
          upload.end = 'broken';
          throw error;
        } finally {
          look();
        }
        return { path, sizeBytes: upload.bytes };
      },
    },
  });
  const server = await toolboxServer({ backend: fake.backend, ...(clock === undefined ? {} : { clock }) });
  return {
    ...fake,
    server,
    uploads,
    ended: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (uploads.filter(({ end }) => end !== 'open').length >= count) resolve();
        };
        look();
      }),
  };
}

const field = (name: string, value: string, more = ''): string =>
  `--x\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n${value}\r\n`;
const file = (index: number, content: string): string =>
  field(`files[${index}].file`, content, `; filename="f${index}"`);
const END = '--x--\r\n';

const send = async ({ server }: Opened, body: string | Buffer, type = 'multipart/form-data; boundary=x') => {
  const response = await server.request('/files/bulk-upload', {
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  const answer: unknown = await response.json();
  return { status: response.status, body: answer };
};

test('takes several files, each behind its path', async () => {
  const opened = await open();
  const body = `${field('files[0].path', '/a/../b')}${file(0, 'one')}${field('files[1].path', 'ü')}${file(1, '')}${END}`;
  expect(await send(opened, body)).toEqual({
    status: 200,
    body: {
      files: [
        { path: '/a/../b', bytes: 3 },
        { path: 'ü', bytes: 0 },
      ],
    },
  });
});

test('tells which files cannot be written, and writes the others', async () => {
  const opened = await open();
  const body = `${field('files[0].path', '/denied')}${file(0, 'x'.repeat(300_000))}${field('files[1].path', '/b')}${file(1, 'two')}${END}`;
  expect(await send(opened, body)).toEqual({ status: 400, body: { errors: ['Not there.'] } });
  expect(opened.uploads).toEqual([{ path: '/b', bytes: 3, end: 'whole' }]);
});

test.each([
  ['a file before its path', `${file(0, 'one')}${field('files[0].path', '/a')}${END}`],
  ['a file of another index', `${field('files[1].path', '/a')}${file(0, 'one')}${END}`],
  ['an empty path', `${field('files[0].path', '')}${file(0, 'one')}${END}`],
  ['a path with NUL', `${field('files[0].path', 'a\0b')}${file(0, 'one')}${END}`],
  ['a path that is too long', `${field('files[0].path', 'a'.repeat(50_000))}${file(0, 'one')}${END}`],
  ['a field of another name', `${field('upload', 'one', '; filename="f"')}${END}`],
  ['no file', `${field('files[0].path', '/a')}${END}`],
  ['nothing', ''],
  ['no boundary', 'hello'],
  ['headers without end', `--x\r\n${'X-A: b\r\n'.repeat(20_000)}`],
  ['too many files', `${field('files[0].path', '/denied')}${file(0, '').repeat(1_001)}${END}`],
])('refuses a body with %s', async (_what, body) => {
  const opened = await open();
  expect(await send(opened, body)).toMatchObject({ status: 400 });
  expect(opened.uploads).toEqual([]);
});

test.each(['application/json', 'multipart/form-data', 'multipart/mixed; boundary=x', ''])(
  'refuses a bulk upload of type "%s"',
  async (type) => {
    const opened = await open();
    expect(await send(opened, `${field('files[0].path', '/a')}${file(0, 'one')}${END}`, type)).toMatchObject({
      status: 400,
    });
    expect(opened.uploads).toEqual([]);
  },
);

test('takes a body for broken that ends within a file', async () => {
  const opened = await open();
  const body = `${field('files[0].path', '/a')}--x\r\nContent-Disposition: form-data; name="files[0].file"; filename="f"\r\n\r\nhalf of`;
  expect(await send(opened, body)).toMatchObject({ status: 400 });
  expect(opened.uploads).toMatchObject([{ path: '/a', end: 'broken' }]);
});

const head = (length: number): string =>
  `POST /toolbox/box/files/bulk-upload HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${WRITER_KEY}\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: ${length}\r\n\r\n`;
const begun = `${field('files[0].path', '/a')}--x\r\nContent-Disposition: form-data; name="files[0].file"; filename="f"\r\n\r\nhalf of`;

test('takes a file for broken whose sender goes away', async () => {
  const opened = await open();
  const socket = connect({ host: '127.0.0.1', port: opened.server.port });
  const connected = new Promise((resolve) => socket.once('connect', resolve));
  socket.write(`${head(100_000)}${begun}`);
  await connected;
  await expect.poll(() => opened.uploads.length).toBe(1);
  socket.destroy();
  await opened.ended(1);
  expect(opened.uploads).toMatchObject([{ path: '/a', end: 'broken' }]);
});

test('gives a sender up that sends nothing more', async () => {
  const clock = new ManualClock();
  const opened = await open(clock);
  const socket = connect({ host: '127.0.0.1', port: opened.server.port });
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(`${head(100_000)}${begun}`);
  await expect.poll(() => opened.uploads[0]?.bytes).toBe('half of'.length);
  // It is looked at once to see how far it is, and then whether it came on.
  clock.advance(60_000);
  clock.advance(60_000);
  await closed;
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(opened.uploads).toMatchObject([{ end: 'broken' }]);
});

test('takes one file as a form or as it is, of any size', async () => {
  const opened = await open();
  const form = new FormData();
  form.set('file', new Blob(['from a browser']), 'up.txt');
  const inForm = await opened.server.request('/files/upload-v2?path=/c', { method: 'POST', body: form });
  expect(await inForm.json()).toEqual({ name: 'c', path: '/c', type: 'file' });
  const raw = await opened.server.request('/files/upload?path=/d', {
    method: 'POST',
    body: Buffer.alloc(64 * 1024 * 1024),
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect(raw.status).toBe(200);
  expect(opened.uploads).toEqual([
    { path: '/c', bytes: 14, end: 'whole' },
    { path: '/d', bytes: 64 * 1024 * 1024, end: 'whole' },
  ]);
});

test('answers at once when the disk is full, however much is still to come', async () => {
  const opened = await open();
  const much = 'x'.repeat(20 * 1024 * 1024);
  expect(await send(opened, `${field('files[0].path', '/full')}${file(0, much)}${END}`)).toMatchObject({
    status: 507,
    body: { message: 'No space is left.' },
  });
  const raw = await opened.server.request('/files/upload?path=/full', {
    method: 'POST',
    body: much,
    headers: { 'content-type': 'application/octet-stream' },
  });
  expect([raw.status, await raw.json()]).toMatchObject([507, { message: 'No space is left.' }]);
});
