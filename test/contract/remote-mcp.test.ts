/** `thaw mcp` on a Daytona-compatible API: served by its own process, with no owner, and no key where one can look. */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FakeDaytona, KEY } from '../support/fake-daytona/server.ts';
import { call, spawnStdioClient } from '../support/mcp-client.ts';
import { bundleFakeThaw, OwnerSpace } from '../support/owner.ts';

let bundle: Awaited<ReturnType<typeof bundleFakeThaw>>;
let space: OwnerSpace;
let fake: FakeDaytona;
beforeAll(async () => {
  bundle = await bundleFakeThaw();
});
afterAll(() => bundle.remove());
beforeEach(async () => {
  fake = await FakeDaytona.open({ changeMs: 20, events: true });
  space = new OwnerSpace(bundle.entry, { DAYTONA_API_KEY: KEY, DAYTONA_API_URL: fake.apiUrl });
});
afterEach(async () => {
  await space.dispose();
  await fake.close();
});

describe('thaw mcp with Daytona credentials', () => {
  it('serves the API by itself', async () => {
    const { client, pid } = await spawnStdioClient(space.command('mcp'), space.env);
    try {
      const created = await call(client, 'sandbox_create', { name: 'far' });
      expect(created.structured).toMatchObject({ name: 'far', state: 'started' });
      await expect.poll(() => fake.connectedSockets).toBe(1);
      const command = 'echo out; echo err >&2; exit 3';
      const ran = await call(client, 'sandbox_exec', { sandbox: 'far', command });
      expect(ran.structured).toMatchObject({ exitCode: 3, stdout: 'out\nerr\n', outputMerged: true });
      fake.onSocket = (_path, socket) =>
        socket.once('message', () => {
          socket.send('{"type":"stdout","text":"ran there"}');
          socket.send('{"type":"control","text":"completed"}');
          socket.close(1000);
        });
      const code = { sandbox: 'far', language: 'python', code: 'print("ran there")' };
      expect((await call(client, 'sandbox_run_code', code)).structured).toMatchObject({
        status: 'completed',
        stdout: 'ran there',
      });
      const listed = await call(client, 'sandbox_list');
      expect(listed.structured).toMatchObject({ total: 1, backend: fake.apiUrl });
      const refused = await call(client, 'sandbox_fork', { sandbox: 'far' });
      expect([refused.isError, refused.text]).toEqual([
        true,
        expect.stringContaining('unsupported_by_backend'),
      ]);
      const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]);
      expect(stdout).not.toContain(KEY);
    } finally {
      await client.close();
    }
    // No owner was started, and nothing was written.
    expect(space.ownerPid()).toBeNull();
    expect(readdirSync(space.paths.stateDir)).toEqual([]);
    expect(fake.unknown).toEqual([]);
  });

  it('is what thaw status shows', async () => {
    const text = await space.run('status');
    expect([text.code, text.stdout]).toEqual([
      0,
      expect.stringMatching(/^backend +remote, http:.* \(key: DAYTONA_API_KEY\)$/m),
    ]);
    const json = await space.run('status', '--json');
    expect(JSON.parse(json.stdout)).toEqual({
      running: false,
      backend: { kind: 'remote', apiUrl: fake.apiUrl, keyFrom: 'DAYTONA_API_KEY' },
    });
    expect(text.stdout + json.stdout).not.toContain(KEY);
  });

  it('is not what an owner serves, which says so', async () => {
    const { code, stderr } = await space.run('serve', '--backend', 'remote');
    expect([code, stderr]).toEqual([2, expect.stringContaining('thaw mcp --backend remote')]);
  });

  it('needs credentials when it is asked for by name', async () => {
    const bare = new OwnerSpace(bundle.entry);
    try {
      const { code, stderr } = await bare.run('mcp', '--backend', 'remote');
      expect([code, stderr]).toEqual([2, expect.stringContaining('DAYTONA_API_KEY')]);
    } finally {
      await bare.dispose();
    }
  });
});
