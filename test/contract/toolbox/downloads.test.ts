/** Files that go out: names that try to be headers, files that break in the middle, clients that do not read. */
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { ThawError } from '../../../src/errors.ts';
import { fakeBackend } from '../../support/fake-backend.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import { toolboxServer, WRITER_KEY } from '../../support/toolbox-server.ts';

const PIECE = 256 * 1024;

async function open(pieces = 3) {
  const pulled = { pieces: 0 };
  const ended = { value: false };
  async function* chunks(path: string): AsyncGenerator<Buffer> {
    try {
      for (let index = 0; index < pieces; index += 1) {
        if (path.endsWith('broken') && index === 2) throw new ThawError('agent_unreachable', 'It is gone.');
        pulled.pieces += 1;
        yield Buffer.alloc(PIECE, 97);
      }
    } finally {
      ended.value = true;
    }
  }
  const { backend } = fakeBackend({
    settings: { touch: () => Promise.resolve(sandboxFixture()) },
    fileSystem: {
      download: async (_sandbox, path) => {
        if (path.includes('none')) throw new ThawError('file_not_found', `There is no ${path}.`);
        if (path === '/stopped')
          throw new ThawError('state_conflict', 'Sandbox box is stopped, not started.', {
            context: { state: 'stopped' },
          });
        return await Promise.resolve({
          facts: {
            path,
            name: path.split('/').at(-1) ?? '',
            type: 'file' as const,
            sizeBytes: pieces * PIECE,
            mode: 0o644,
            uid: 0,
            gid: 0,
            modifiedMs: 0,
          },
          chunks: chunks(path),
          cancel: () => undefined,
        });
      },
    },
  });
  return { server: await toolboxServer({ backend }), pulled, ended };
}

test('gives a file out with its length and a name that is no header', async () => {
  const { server } = await open();
  const name = encodeURIComponent('/a/we"ird\r\nX-Evil: 1;ü');
  const response = await server.request(`/files/download?path=${name}`);
  expect(response.headers.get('content-length')).toBe(String(3 * PIECE));
  expect(response.headers.get('x-evil')).toBeNull();
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="we_ird__X-Evil: 1;_"; filename*=UTF-8''we%22ird%0D%0AX-Evil%3A%201%3B%C3%BC`,
  );
  expect((await response.arrayBuffer()).byteLength).toBe(3 * PIECE);
});

test('answers what is missing and what does not run as errors', async () => {
  const { server } = await open();
  const missing = await server.request('/files/download?path=/none');
  expect([missing.status, await missing.json()]).toMatchObject([404, { code: 'FILE_NOT_FOUND' }]);
  const stopped = await server.request('/files/download?path=/stopped');
  expect([stopped.status, await stopped.json()]).toMatchObject([400, { code: 'BAD_REQUEST' }]);
  expect((await server.request('/files/download')).status).toBe(400);
  expect((await server.request('/files/download?path=a%00b')).status).toBe(400);
});

test('cuts an answer that cannot be completed, in place of ending it as if it were', async () => {
  const { server } = await open();
  const one = await server.request('/files/download?path=/broken');
  await expect(one.arrayBuffer()).rejects.toThrow();
  const many = await server.post('/files/bulk-download', { paths: ['/fine', '/broken'] });
  await expect(many.text()).rejects.toThrow();
});

test('puts names into parts so that they stay names', async () => {
  const { server } = await open(0);
  const path = '/a"\r\n\r\n--DAYTONA-FILE-BOUNDARY--';
  const response = await server.post('/files/bulk-download', { paths: [path, '/none', 'with\0nul'] });
  const text = await response.text();
  expect(text.split('--DAYTONA-FILE-BOUNDARY\r\n')).toHaveLength(4);
  expect(text).toContain('name="file"; filename="/a\\"%0D%0A%0D%0A--DAYTONA-FILE-BOUNDARY--"');
  expect(text).toContain('name="error"; filename="/none"');
  expect(text).toContain(
    '{"message":"There is no /none.","statusCode":404,"code":"FILE_NOT_FOUND","source":"DAYTONA_DAEMON"}',
  );
  for (const paths of [[], 'x', [1], Array.from({ length: 1_001 }, () => '/a')])
    expect((await server.post('/files/bulk-download', { paths })).status).toBe(400);
});

test('reads no faster than its client, and not on when the client is gone', async () => {
  const { server, pulled, ended } = await open(4_000);
  const socket = connect({ host: '127.0.0.1', port: server.port });
  socket.pause();
  socket.write(
    `GET /toolbox/box/files/download?path=/large HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${WRITER_KEY}\r\n\r\n`,
  );
  let before = -1;
  // What the two ends' kernels hold is full when nothing more is asked for.
  await expect
    .poll(() => {
      const still = pulled.pieces > 0 && pulled.pieces === before;
      before = pulled.pieces;
      return still;
    })
    .toBe(true);
  expect(pulled.pieces).toBeLessThan(100);
  socket.destroy();
  await expect.poll(() => ended.value).toBe(true);
});
