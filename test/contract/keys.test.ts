/** API keys as their user meets them: the first one, `thaw key` with and without an owner, and the HTTP listener. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { call } from '../support/mcp-client.ts';
import { connectHttpClient } from '../support/mcp-http-fixture.ts';
import { bundleFakeThaw, OwnerSpace } from '../support/owner.ts';
import { ownerHttp } from '../support/owner-http.ts';

let bundle: Awaited<ReturnType<typeof bundleFakeThaw>>;
let space: OwnerSpace;
beforeAll(async () => {
  bundle = await bundleFakeThaw();
  space = new OwnerSpace(bundle.entry);
});
afterAll(async () => {
  await space.dispose();
  bundle.remove();
});

const Status = z.object({ http: z.object({ url: z.string(), keyFile: z.string().nullable() }) });

describe('thaw key', () => {
  it('works without an owner, and the owner that starts later knows the keys', async () => {
    const made = await space.run('key', 'create', 'alone', '--permissions', 'read:volumes');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^dtn_[0-9a-f]{64}\n$/) });
    space.spawn('serve');
    await expect.poll(async () => (await space.run('status')).code, { timeout: 10_000 }).toBe(0);
    expect((await space.run('key', 'list')).stdout).toMatch(
      /^alone +dtn_\*\*\*\*[0-9a-f]{3} {2}made .*never used, may read:volumes\n$/,
    );
  });

  it('makes, lists and revokes keys of the owner that runs', async () => {
    const json = ['--organization', 'blue', '--expires-days', '2', '--json'];
    const made: unknown = JSON.parse((await space.run('key', 'create', 'tenant', ...json)).stdout);
    expect(made).toMatchObject({ name: 'tenant', organization: 'blue', expiresAt: expect.any(String) });
    expect((await space.run('key', 'create', 'tenant')).stderr).toContain('already an API key "tenant"');
    expect((await space.run('key', 'list')).stdout).toMatch(/^tenant .*organization blue, may all$/m);
    expect((await space.run('key', 'revoke', 'tenant')).stdout).toBe('Revoked "tenant".\n');
    expect((await space.run('key', 'revoke', 'tenant')).code).toBe(1);
    expect((await space.run('key', 'list')).stdout).not.toContain('tenant');
  });

  it('names what is wrong with its arguments', async () => {
    const wrong = async (...args: string[]) => {
      const { code, stderr } = await space.run('key', ...args);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await wrong('creat', 'x')).toContain('did you mean "thaw key create"?');
    expect(await wrong('create')).toContain('thaw key create NAME');
    expect(await wrong('create', 'x', '--permissions', 'write:sandbox')).toContain('"write:sandboxes"');
    expect(await wrong('create', 'x', '--expires-days', 'soon')).toContain('--expires-days');
    expect(await wrong('list', 'x')).toContain('Unexpected argument "x"');
  });
});

describe('the listener of an owner', () => {
  it('is shown by thaw status with the file of the first key, which is made when there was none', async () => {
    const fresh = new OwnerSpace(bundle.entry);
    try {
      fresh.spawn('serve');
      await expect
        .poll(async () => (await fresh.run('status')).stdout, { timeout: 10_000 })
        .toMatch(/^http +http:/m);
      const { http } = Status.parse(JSON.parse((await fresh.run('status', '--json')).stdout));
      expect(http.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(readFileSync(http.keyFile ?? '', 'utf8')).toMatch(/^dtn_[0-9a-f]{64}\n$/);
      expect((await fetch(`${http.url}/healthz`)).status).toBe(200);
    } finally {
      await fresh.dispose();
    }
  });

  it('serves MCP and metrics to whoever has a key, and metadata when an issuer is configured', async () => {
    const served = new OwnerSpace(bundle.entry);
    try {
      const oauth = [
        '--oauth-issuer',
        'http://127.0.0.1:1',
        '--oauth-audience',
        'https://thaw.example.com/mcp',
      ];
      served.spawn('serve', ...oauth);
      const { url, key } = await ownerHttp(served);
      const { client } = await connectHttpClient(new URL(`${url}/mcp`), key);
      expect((await call(client, 'sandbox_create', { name: 'box' })).isError).toBe(false);
      expect((await call(client, 'sandbox_get', { sandbox: 'nobody' })).isError).toBe(true);
      const headers = { authorization: `Bearer ${key}` };
      const text = await (await fetch(`${url}/metrics`, { headers })).text();
      expect(text).toContain('thaw_operation_seconds_count{operation="lifecycle.create"} 1');
      expect(text).toContain('thaw_errors_total{code="sandbox_not_found"} 1');
      expect(text).toMatch(/^thaw_sandboxes\{state="started"\} 1$/m);
      expect(text).toMatch(/^thaw_mcp_http_sessions 1$/m);
      await client.close();
      const refused = await fetch(`${url}/metrics`);
      expect(refused.status).toBe(401);
      const where = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '')?.[1];
      const metadata: unknown = await (await fetch(where ?? '')).json();
      expect(metadata).toMatchObject({ resource: 'https://thaw.example.com/mcp' });
    } finally {
      await served.dispose();
    }
  });

  it('needs an audience beside an issuer', async () => {
    const { code, stderr } = await space.run('serve', '--oauth-issuer', 'http://127.0.0.1:1');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--oauth-audience')]);
  });

  it('is off with --http-port 0', async () => {
    const off = new OwnerSpace(bundle.entry);
    try {
      off.spawn('serve', '--http-port', '0');
      await expect
        .poll(async () => (await off.run('status')).stdout, { timeout: 10_000 })
        .toMatch(/^http +off$/m);
    } finally {
      await off.dispose();
    }
  });
});
