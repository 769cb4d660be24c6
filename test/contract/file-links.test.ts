/** Links that upload and download answer to callers who are elsewhere: each is fetched, without a key. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ThawError } from '../../src/errors.ts';
import { fileLinks } from '../../src/file-links.ts';
import { silentLogger } from '../../src/log.ts';
import { makeToolbox, toolboxService } from '../../src/rest/toolbox/service.ts';
import { isSigned } from '../../src/signed-urls.ts';
import { fakeBackend, type Plan } from '../support/fake-backend.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { call, connectSocketClient } from '../support/mcp-client.ts';
import { serveOnSocket } from '../support/mcp-fixture.ts';
import {
  callModern,
  connectHttpClient,
  type McpHttpFixture,
  serveOnHttp,
} from '../support/mcp-http-fixture.ts';
import { sandboxFixture } from '../support/sandbox-fixture.ts';

const KEY = 'k'.repeat(64);
const box = sandboxFixture({ name: 'box' });
const LIFETIME_MS = 900_000;

const clock = new ManualClock();
let files: Map<string, Buffer>;

const factsOf = (path: string) => {
  const content = files.get(path);
  if (content === undefined && path !== '/dir')
    throw new ThawError('file_not_found', `${path} is not there.`);
  return {
    path,
    name: path.slice(1),
    type: content === undefined ? ('directory' as const) : ('file' as const),
    sizeBytes: content?.length ?? 0,
    mode: 0o644,
    uid: 1,
    gid: 1,
    modifiedMs: 0,
  };
};

const plan: Plan = {
  lifecycle: { get: async () => box },
  settings: { touch: async () => box },
  signing: {
    key: async () => KEY,
    admit: async (id, request) => (id === box.id && isSigned(KEY, request, clock.now()) ? {} : null),
  },
  fileSystem: {
    info: async (_sandbox, path) => factsOf(path),
    download: async (_sandbox, path) => ({
      facts: factsOf(path),
      chunks: (async function* chunks() {
        yield files.get(path) ?? Buffer.alloc(0);
      })(),
      cancel: () => undefined,
    }),
    upload: async (_sandbox, { path }, content) => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of content) chunks.push(chunk);
      files.set(path, Buffer.concat(chunks));
      return { path, sizeBytes: files.get(path)?.length ?? 0 };
    },
  },
};

let fixture: McpHttpFixture;
beforeEach(async () => {
  files = new Map([['/a b.png', Buffer.from('picture')]]);
  const { backend } = fakeBackend(plan);
  const parts = { backend: async () => backend, previews: () => null, clock, log: silentLogger() };
  fixture = await serveOnHttp(backend, {
    clock,
    linksFor: (origin) => fileLinks({ base: () => origin, clock }),
    beside: (authenticator) => toolboxService(makeToolbox({ authenticator, ...parts }), clock),
  });
});
afterEach(() => fixture.close());

const download = { name: 'sandbox_download', arguments: { sandbox: 'box', path: '/a b.png' } };
const upload = { name: 'sandbox_upload', arguments: { sandbox: 'box', path: '/new' } };

/** The structured answer of a call in the stateless era. */
async function structured(params: object): Promise<Record<string, unknown>> {
  const replies = await callModern(fixture.url, fixture.key, { method: 'tools/call', params: { ...params } });
  const reply = replies.at(-1);
  expect(reply?.result).toMatchObject({ resultType: 'complete' });
  return Object(reply?.result?.['structuredContent']);
}

const urlOf = async (params: object): Promise<string> => String((await structured(params))['url']);

describe('over HTTP', () => {
  it('a download is a link to the resource and one that anybody may fetch', async () => {
    const { client } = await connectHttpClient(fixture.url, fixture.key);
    const { structured: answer, more } = await call(client, download.name, download.arguments);
    expect(more).toEqual([
      {
        type: 'resource_link',
        uri: 'sandbox://box/a%20b.png',
        name: 'a b.png',
        mimeType: 'image/png',
        size: 7,
      },
    ]);
    expect(answer).toMatchObject({
      uri: 'sandbox://box/a%20b.png',
      sizeBytes: 7,
      hostPath: null,
      urlExpiresAt: new Date(clock.now() + LIFETIME_MS).toISOString(),
    });
    const fetched = await fetch(String(answer?.['url']));
    expect([fetched.status, await fetched.text()]).toEqual([200, 'picture']);
    expect(fetched.headers.get('content-disposition')).toContain('filename="a b.png"');
    await client.close();
  });

  it('a link begins with the address at which the caller came in', async () => {
    const answers = await callModern(fixture.url, fixture.key, {
      method: 'tools/call',
      params: download,
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(JSON.stringify(answers.at(-1)?.result)).toContain(
      `https://${fixture.url.host}/toolbox/${box.id}/files/download?`,
    );
  });

  it('a link ends with its time, and opens nothing else', async () => {
    const url = await urlOf(download);
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(401);
    expect((await fetch(url.replace('a+b.png', 'other'))).status).toBe(401);
    expect((await fetch(url.replace('files/download', 'files/info'))).status).toBe(401);
    clock.advance(LIFETIME_MS + 1000);
    expect((await fetch(url)).status).toBe(401);
  });

  it.each(['PUT', 'POST'])('an upload is a link that takes one file by %s', async (method) => {
    const url = await urlOf(upload);
    expect((await fetch(url, { method, body: 'sent' })).status).toBe(200);
    expect(files.get('/new')?.toString()).toBe('sent');
    expect((await fetch(url)).status).toBe(401);
    expect((await fetch(url.replace('new', 'etc'), { method, body: 'x' })).status).toBe(401);
  });

  it('both links work with curl as the descriptions say', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'thaw-links-'));
    try {
      const [from, to] = [join(directory, 'from'), join(directory, 'to')];
      writeFileSync(from, Buffer.alloc(3_000_000, 7));
      await promisify(execFile)('curl', ['-sf', '-T', from, await urlOf(upload)]);
      expect(files.get('/new')?.equals(readFileSync(from))).toBe(true);
      await promisify(execFile)('curl', ['-sf', '-o', to, await urlOf(download)]);
      expect(readFileSync(to, 'utf8')).toBe('picture');
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it('a directory has no link', async () => {
    const { client } = await connectHttpClient(fixture.url, fixture.key);
    const { isError, text } = await call(client, 'sandbox_download', { sandbox: 'box', path: '/dir' });
    expect(isError).toBe(true);
    expect(text).toMatch(/^is_a_directory: /);
    await client.close();
  });
});

it('where nothing is served over HTTP, a download is a resource and an upload says what to do', async () => {
  const socket = await serveOnSocket(fakeBackend(plan).backend);
  const client = await connectSocketClient(socket.path);
  const { structured: answer, more } = await call(client, download.name, download.arguments);
  expect(answer).toMatchObject({ url: null, urlExpiresAt: null, uri: 'sandbox://box/a%20b.png' });
  expect(more).toMatchObject([{ type: 'resource_link' }]);
  const refused = await call(client, upload.name, upload.arguments);
  expect(refused.text).toMatch(/^invalid_argument: hostPath is missing.*\nNext: .*sandbox_write_file/);
  await client.close();
  await socket.close();
});
