/** The owner's life as its user sees it: one per state directory, early calls, status, stop, idle exit, signals. */
import { once } from 'node:events';
import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../src/control/process-alive.ts';
import { OwnerStatus } from '../../src/control/status.ts';
import { call, connectSocketClient } from '../support/mcp-client.ts';
import { bundleFakeThaw, OwnerSpace } from '../support/owner.ts';
import { processesWith } from '../support/processes.ts';

let bundle: Awaited<ReturnType<typeof bundleFakeThaw>>;
let space: OwnerSpace;
beforeAll(async () => {
  bundle = await bundleFakeThaw();
});
afterAll(() => bundle.remove());
beforeEach(() => {
  space = new OwnerSpace(bundle.entry);
});
afterEach(() => space.dispose());

/** Starts `serve` in the foreground and waits until its socket is there. */
async function serve(...flags: readonly string[]) {
  const child = space.spawn('serve', ...flags);
  await expect.poll(() => existsSync(space.paths.controlSocket), { timeout: 10_000 }).toBe(true);
  return child;
}

async function withClient<T>(use: (client: Client) => Promise<T>): Promise<T> {
  const client = await connectSocketClient(space.paths.mcpSocket);
  try {
    return await use(client);
  } finally {
    await client.close();
  }
}

const left = () => processesWith('THAW_STATE_DIR', space.paths.stateDir);

describe('one owner per state directory', () => {
  it('makes a second one end with a message that names the first', async () => {
    const first = await serve();
    const { code, stderr } = await space.run('serve');
    expect(code).toBe(0);
    expect(stderr).toContain(`an owner already runs`);
    expect(stderr).toContain(`pid ${first.pid}`);
    await withClient((client) => client.ping());
  });

  it('frees the place the moment the owner is killed with -9', async () => {
    const first = await serve();
    first.kill('SIGKILL');
    await once(first, 'exit');
    const second = space.spawn('serve');
    await expect.poll(() => space.ownerPid(), { timeout: 10_000 }).toBe(second.pid);
  });

  it('keeps the state directory and sockets for its user alone', async () => {
    await serve();
    expect(statSync(space.paths.stateDir).mode & 0o777).toBe(0o700);
  });
});

describe('calls while the engine is prepared', () => {
  it('wait for it, with progress that says what is done', async () => {
    space.plan({ prepares: true });
    await serve();
    await withClient(async (client) => {
      expect((await client.listTools()).tools.length).toBeGreaterThan(10);
      const messages: (string | undefined)[] = [];
      const result = await client.callTool({ name: 'sandbox_list', arguments: {} }, undefined, {
        onprogress: ({ message }) => {
          messages.push(message);
          space.plan({});
        },
      });
      expect(result.structuredContent).toMatchObject({ total: 0 });
      expect(messages).toContain('Building the default snapshot');
    });
  });

  it('are told why it failed, and a later call tries again', async () => {
    space.plan({ fail: 'No Docker Engine answers.' });
    await serve();
    await withClient(async (client) => {
      const failed = await call(client, 'sandbox_list');
      expect(failed.text).toBe(
        'engine_unreachable: The sandbox engine could not be prepared: No Docker Engine answers.\nNext: Start Docker.\nRetryable: yes',
      );
      space.plan({});
      await expect
        .poll(async () => (await call(client, 'sandbox_list')).isError, { timeout: 10_000 })
        .toBe(false);
    });
  });

  it('do not keep the owner from stopping', async () => {
    space.plan({ prepares: true });
    const owner = await serve();
    expect((await space.run('stop')).code).toBe(0);
    expect(isProcessAlive(owner.pid ?? 0)).toBe(false);
  });
});

describe('thaw status', () => {
  it('shows owner, engine and clients as a table and as JSON', async () => {
    const owner = await serve();
    await withClient(async (client) => {
      await call(client, 'sandbox_create', { name: 'box' });
      const { code, stdout } = await space.run('status');
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^backend +embedded\nowner +pid ${owner.pid}, version `));
      expect(stdout).toMatch(/^clients +1 \(thaw-test\)$/m);
      expect(stdout).toMatch(/^pool +4 of 4 parked/m);
      expect(stdout).toMatch(/^sandboxes +1 started$/m);
      const json: unknown = JSON.parse((await space.run('status', '--json')).stdout);
      expect(json).toMatchObject({ running: true, pid: owner.pid, engine: { sandboxes: { started: 1 } } });
    });
  });

  it('shows where previews are served, on a free port when theirs is taken, until the owner ends', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const address = taken.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await serve('--preview-port', String(port), '--preview-domain', 'https://p.example.com');
    const { stdout } = await space.run('status', '--json');
    const { previews } = OwnerStatus.parse(JSON.parse(stdout));
    taken.close();
    expect(previews?.domain).toBe('https://PORT-ID.p.example.com');
    expect(previews?.listener).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/p\/ID\/PORT\/$/);
    const listener = new URL(previews?.listener ?? '');
    expect(Number(listener.port)).not.toBe(port);
    expect((await fetch(listener.origin)).status).toBe(404);
    await space.run('stop');
    await expect(fetch(listener.origin)).rejects.toThrow();
  });

  it('says that none runs, with status 3', async () => {
    const { code, stdout } = await space.run('status');
    expect([code, stdout]).toEqual([3, `backend    embedded\nNo owner runs for ${space.paths.stateDir}.\n`]);
    expect(JSON.parse((await space.run('status', '--json')).stdout)).toEqual({
      running: false,
      backend: { kind: 'embedded' },
    });
  });
});

describe('thaw stop', () => {
  it('ends the owner, its sandboxes and the managed engine, and leaves no process', async () => {
    await serve();
    await withClient((client) => call(client, 'sandbox_create', {}));
    const { code, stdout } = await space.run('stop');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^The owner \(pid \d+\) ended; its sandboxes are stopped/);
    expect(left()).toEqual([]);
    expect(space.closedWith()).toEqual(['stop', 'released']);
    for (const path of [space.paths.mcpSocket, space.paths.controlSocket, space.paths.ownerFile]) {
      expect(existsSync(path)).toBe(false);
    }
  });

  it('keeps sandboxes and engine when asked to', async () => {
    await serve();
    expect((await space.run('stop', '--keep')).code).toBe(0);
    expect(left()).toEqual([]);
    expect(space.closedWith()).toEqual(['keep']);
  });

  it('says so when nothing runs', async () => {
    const nothing = await space.run('stop');
    expect([nothing.code, nothing.stdout]).toEqual([0, `No owner runs for ${space.paths.stateDir}.\n`]);
  });

  it('aborts what is in flight', async () => {
    await serve();
    await withClient(async (client) => {
      await call(client, 'sandbox_create', { name: 'box' });
      const waiting = call(client, 'sandbox_exec', { sandbox: 'box', command: 'wait' });
      const ended = expect(waiting).rejects.toThrow('Connection closed');
      expect((await space.run('stop')).code).toBe(0);
      await ended;
    });
  });
});

describe('idleness', () => {
  // 0.01 minutes are 0.6 s.
  it('ends an owner without client and sandbox, and the managed engine with it', async () => {
    const owner = await serve('--idle-minutes', '0.01');
    const [code] = await once(owner, 'exit');
    expect(code).toBe(0);
    expect(space.closedWith()).toEqual(['keep', 'released']);
  });

  it('is not idle while a client is there, nor while a sandbox runs', async () => {
    const owner = await serve('--idle-minutes', '0.01');
    await withClient(async (client) => {
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      await call(client, 'sandbox_create', { name: 'box' });
    });
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    expect(owner.exitCode).toBeNull();
    await withClient((client) => call(client, 'sandbox_stop', { sandbox: 'box' }));
    await once(owner, 'exit');
    expect(space.closedWith()).toEqual(['keep', 'released']);
  });
});

describe('thaw prune', () => {
  it('asks the owner, and shows what goes as lines and as JSON', async () => {
    await serve();
    const dry = await space.run('prune', '--dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      'object     stray.tar.zst, 2 KiB\nWould free 1 thing, 2 KiB (2048 bytes).\n',
    ]);
    expect(JSON.parse((await space.run('prune', '--json')).stdout)).toEqual({
      dryRun: false,
      items: [],
      bytes: 0,
    });
    expect((await space.run('prune')).stdout).toContain('nothing');
  });

  it('removes a log that was set aside long ago, and keeps a young one', async () => {
    await serve();
    const old = `${space.paths.logFile}.1`;
    writeFileSync(old, 'x'.repeat(1_000));
    expect(JSON.parse((await space.run('prune', '--json')).stdout).items).toEqual([]);
    utimesSync(old, 0, 0);
    expect(JSON.parse((await space.run('prune', '--json')).stdout).items).toEqual([
      { kind: 'log', what: old, bytes: 1_000 },
    ]);
    expect(existsSync(old)).toBe(false);
  });

  it('starts an owner where none runs and ends it again; where none ever ran there is nothing to do', async () => {
    const never = await space.run('prune');
    expect([never.code, never.stderr]).toEqual([0, expect.stringContaining('no owner ever ran')]);
    writeFileSync(join(space.paths.stateDir, 'thaw.db'), '');
    const { code, stdout } = await space.run('prune', '--dry-run', '--json', '--pool-target', '0');
    expect([code, JSON.parse(stdout).bytes]).toEqual([0, 2048]);
    await expect.poll(() => space.ownerPid(), { timeout: 10_000 }).toBeNull();
    expect(space.closedWith()).toEqual(['stop', 'released']);
  });

  it('tells why the owner cannot', async () => {
    space.plan({ fail: 'No Docker Engine answers.' });
    await serve();
    const { code, stderr } = await space.run('prune');
    expect([code, stderr]).toEqual([1, expect.stringContaining('No Docker Engine answers')]);
  });
});

describe('signals', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s ends the owner cleanly and keeps the sandboxes',
    async (signal) => {
      const owner = await serve();
      owner.kill(signal);
      const [code] = await once(owner, 'exit');
      expect(code).toBe(0);
      expect(space.closedWith()).toEqual(['keep']);
      expect(existsSync(space.paths.mcpSocket)).toBe(false);
    },
  );
});

it('offers only the tools that read in read-only mode', async () => {
  await serve('--read-only');
  await withClient(async (client) => {
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('sandbox_list');
    await expect(client.callTool({ name: 'sandbox_create', arguments: {} })).rejects.toMatchObject({
      code: -32_602,
    });
  });
});

it('writes nothing on standard output', async () => {
  const owner = await serve();
  let stdout = '';
  owner.stdout?.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  await withClient((client) => call(client, 'sandbox_create', {}));
  owner.kill('SIGTERM');
  await once(owner, 'exit');
  expect(stdout).toBe('');
});

describe('what an owner left behind', () => {
  /** Starts a detached owner as a client does, with a sandbox in it. */
  async function leaveWork(): Promise<number> {
    const owner = await serve('--pool-target', '3');
    await withClient((client) => call(client, 'sandbox_create', { name: 'left' }));
    return owner.pid ?? 0;
  }

  it('is ended by thaw stop after the owner was killed', async () => {
    process.kill(await leaveWork(), 'SIGKILL');
    const { code, stdout, stderr } = await space.run('stop');
    expect(stderr).toContain('left things running');
    expect([code, stdout]).toEqual([0, expect.stringContaining('ended; its sandboxes are stopped')]);
    expect(space.closedWith()).toEqual(['stop', 'released']);
    expect(left()).toEqual([]);
    expect((await space.run('stop')).stdout).toContain('No owner runs');
  });

  it('is ended by thaw stop after a signal ended the owner', async () => {
    const pid = await leaveWork();
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => isProcessAlive(pid)).toBe(false);
    expect((await space.run('stop')).stderr).toContain('left things running');
    expect(space.closedWith()).toEqual(['keep', 'stop', 'released']);
    expect(left()).toEqual([]);
  });

  it('is left alone by thaw stop --keep', async () => {
    process.kill(await leaveWork(), 'SIGKILL');
    expect((await space.run('stop', '--keep')).stdout).toContain('No owner runs');
  });
});
