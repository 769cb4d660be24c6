/** `thaw mcp` as clients use it: starts one owner, relays, and is never left behind. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isProcessAlive } from '../../src/control/process-alive.ts';
import { call, spawnStdioClient } from '../support/mcp-client.ts';
import { bundleFakeThaw, OwnerSpace } from '../support/owner.ts';
import { processesWith } from '../support/processes.ts';
import { initializeRequest } from '../support/raw-connection.ts';

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

const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
const execCall = (id: number, command: string): object => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'sandbox_exec', arguments: { sandbox: 'box', command } },
});
const owners = () =>
  processesWith('THAW_STATE_DIR', space.paths.stateDir).filter(({ command }) => command.includes(' serve'));
const relays = () =>
  processesWith('THAW_STATE_DIR', space.paths.stateDir).filter(({ command }) => command.includes(' mcp'));

describe('with a real client', () => {
  it('starts the owner, serves calls, and two clients see the same sandboxes', async () => {
    const first = await spawnStdioClient(space.command('mcp'), space.env);
    const second = await spawnStdioClient(space.command('mcp'), space.env);
    expect((await first.client.listTools()).tools.map(({ name }) => name)).toContain('sandbox_exec');
    await call(first.client, 'sandbox_create', { name: 'box' });
    const listed = await call(second.client, 'sandbox_list');
    expect(listed.structured).toMatchObject({ total: 1, items: [{ name: 'box' }] });
    const ran = await call(second.client, 'sandbox_exec', { sandbox: 'box', command: 'echo hello' });
    expect(ran.structured).toMatchObject({ stdout: 'hello', exitCode: 0 });
    expect(owners()).toHaveLength(1);
    await first.client.close();
    await second.client.close();
    await expect.poll(relays).toEqual([]);
  });

  it('carries big results through', async () => {
    const { client } = await spawnStdioClient(space.command('mcp'), space.env);
    await call(client, 'sandbox_create', { name: 'box' });
    const ran = await call(client, 'sandbox_exec', { sandbox: 'box', command: 'size 4000000' });
    expect(ran.structured).toMatchObject({ stdoutBytes: 4_000_000 });
    expect(ran.text.length).toBeGreaterThan(4_000_000);
    await client.close();
  });
});

it('ten started at once make one owner and all of them work', async () => {
  const clients = await Promise.all(
    Array.from({ length: 10 }, () => spawnStdioClient(space.command('mcp'), space.env)),
  );
  await Promise.all(clients.map(({ client }) => client.ping()));
  // One that found the owner's lock taken may not have ended yet.
  await expect.poll(() => owners().length).toBe(1);
  const log = readFileSync(space.paths.logFile, 'utf8');
  expect(log.match(/owner listens/g)).toHaveLength(1);
  await Promise.all(clients.map(({ client }) => client.close()));
}, 60_000);

describe('the end of a client', () => {
  it('answers what was piped in before the input ended, and nothing but the protocol is on stdout', async () => {
    const relay = space.spawn('mcp');
    let stdout = '';
    relay.stdout?.setEncoding('utf8').on('data', (part: string) => {
      stdout += part;
    });
    const create = { name: 'sandbox_create', arguments: { name: 'box' } };
    relay.stdin?.end(
      line(initializeRequest(1)) +
        line({ jsonrpc: '2.0', id: 2, method: 'tools/call', params: create }) +
        line(execCall(3, 'echo done')),
    );
    const [code] = await once(relay, 'exit');
    expect(code).toBe(0);
    const messages = stdout
      .trimEnd()
      .split('\n')
      .map((text): unknown => JSON.parse(text));
    expect(messages).toMatchObject([
      { id: 1 },
      { id: 2 },
      { id: 3, result: { structuredContent: { stdout: 'done' } } },
    ]);
  });

  it('ends the relay within a second of the end of its input', async () => {
    const relay = space.spawn('mcp');
    relay.stdin?.write(line(initializeRequest(1)));
    if (relay.stdout !== null) await once(relay.stdout, 'data');
    const endedAt = performance.now();
    relay.stdin?.end();
    await once(relay, 'exit');
    expect(performance.now() - endedAt).toBeLessThan(1_000);
    expect(owners()).toHaveLength(1);
  });

  it('leaves no relay when a client is killed with -9, even in the middle of a call', async () => {
    // A client in a process of its own, which spawns the relay and is then killed.
    const { execPath } = process;
    const script = `
      const { spawn } = require('node:child_process');
      const [program, ...args] = ${JSON.stringify(space.command('mcp'))};
      const relay = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
      relay.stdin.write(${JSON.stringify(line(initializeRequest(1)) + line(execCall(2, 'wait')))});
      relay.stdout.once('data', () => process.stdout.write(String(relay.pid)));
    `;
    const { spawn } = await import('node:child_process');
    const client = spawn(execPath, ['-e', script], { env: space.env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [pid] = await once(client.stdout, 'data');
    const relayPid = Number(String(pid));
    expect(isProcessAlive(relayPid)).toBe(true);
    client.kill('SIGKILL');
    await expect.poll(() => isProcessAlive(relayPid), { timeout: 8_000 }).toBe(false);
    await expect.poll(relays).toEqual([]);
  });

  it('ends the relay when nobody reads its output any more', async () => {
    const relay = space.spawn('mcp');
    relay.stdin?.on('error', () => {});
    relay.stdin?.write(line(initializeRequest(1)));
    if (relay.stdout !== null) await once(relay.stdout, 'data');
    relay.stdout?.destroy();
    relay.stdin?.write(line({ jsonrpc: '2.0', id: 2, method: 'ping' }));
    await once(relay, 'exit');
  });

  it('ends the relay on SIGTERM', async () => {
    const relay = space.spawn('mcp');
    relay.stdin?.write(line(initializeRequest(1)));
    if (relay.stdout !== null) await once(relay.stdout, 'data');
    relay.kill('SIGTERM');
    await once(relay, 'exit');
  });

  it('ends the relay when its parent dies and a third process keeps the pipe open', async () => {
    // The parent hands its own input to the relay, so the relay sees no end of its input.
    const [program = '', ...args] = space.command('mcp');
    const script = `
      const { spawn } = require('node:child_process');
      const relay = spawn(${JSON.stringify(program)}, ${JSON.stringify(args)}, { stdio: ['inherit', 'inherit', 'inherit'] });
      process.stderr.write(String(relay.pid));
    `;
    const { spawn } = await import('node:child_process');
    const parent = spawn(process.execPath, ['-e', script], {
      env: space.env,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const [pid] = await once(parent.stderr, 'data');
    parent.stdin.write(line(initializeRequest(1)));
    await once(parent.stdout, 'data');
    parent.kill('SIGKILL');
    await expect.poll(() => isProcessAlive(Number(String(pid))), { timeout: 5_000 }).toBe(false);
    parent.stdin.destroy();
  });
});

describe('the end of the owner', () => {
  it('ends the relay, which says so', async () => {
    const relay = space.spawn('mcp');
    let stderr = '';
    relay.stderr?.setEncoding('utf8').on('data', (part: string) => {
      stderr += part;
    });
    relay.stdin?.write(line(initializeRequest(1)));
    if (relay.stdout !== null) await once(relay.stdout, 'data');
    process.kill(space.ownerPid() ?? 0, 'SIGKILL');
    const [code] = await once(relay, 'exit');
    expect(code).toBe(1);
    expect(stderr).toContain('the owner ended');
  });

  it('is followed by a new owner when the old one was killed', async () => {
    const first = await spawnStdioClient(space.command('mcp'), space.env);
    const pid = space.ownerPid();
    process.kill(pid ?? 0, 'SIGKILL');
    await first.client.close();
    const second = await spawnStdioClient(space.command('mcp'), space.env);
    expect(space.ownerPid()).not.toBe(pid);
    expect(owners()).toHaveLength(1);
    await second.client.close();
  });
});

it('tells the client and standard error why the owner cannot start', async () => {
  const relay = space.spawn('mcp', '--pool-target', '99999');
  let stdout = '';
  let stderr = '';
  relay.stdout?.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  relay.stderr?.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  relay.stdin?.write(line(initializeRequest(5)));
  const [code] = await once(relay, 'exit');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    id: 5,
    error: { message: expect.stringContaining('--pool-target') },
  });
  expect(stderr).toMatch(/^thaw mcp: .*--pool-target .* from 0 to 1000.*\n$/);
});

it('takes over from a spawn lock whose holder is dead', async () => {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(space.paths.spawnLockFile, '2147483646');
  const { client } = await spawnStdioClient(space.command('mcp'), space.env);
  await client.ping();
  await client.close();
});

it('finds the owner’s socket elsewhere when the state directory has a long name', async () => {
  const { mkdirSync } = await import('node:fs');
  const long = `${space.paths.stateDir}/${'d'.repeat(100)}`;
  mkdirSync(long);
  const { resolvePaths } = await import('../../src/config.ts');
  const paths = resolvePaths(long, space.env);
  expect(paths.mcpSocket.length).toBeLessThan(104);
  const { client } = await spawnStdioClient(space.command('mcp', '--state-dir', long), space.env);
  await client.ping();
  const probe = connect(paths.mcpSocket);
  await once(probe, 'connect');
  probe.destroy();
  await client.close();
  expect((await space.run('stop', '--state-dir', long)).code).toBe(0);
});
