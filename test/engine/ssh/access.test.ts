/** Who gets in, who does not, and what ends a session: tokens on a real sandbox. */
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { loadHostKey } from '../../../src/ssh/host-key.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { call, eventually, makeStateDir } from '../../support/open-engine.ts';
import { type Client, makeClient, openSshStage, type SshStage, ssh, startClient } from '../../support/ssh.ts';

async function openStage(change: Parameters<typeof openSshStage>[0] = {}): Promise<SshStage> {
  const stage = await openSshStage(change);
  onTestFinished(() => stage.close());
  await stage.engine.lifecycle.create({ name: 'box' }, call());
  return stage;
}

const withUser = (client: Client, token: string): Client => ({
  ...client,
  config: client.config,
  host: `${token}@${client.host}`,
});

/** A session that runs until something ends it. */
async function openSession(stage: SshStage, client: Client) {
  const running = startClient(stage, ['ssh', '-F', client.config, client.host, 'echo up; exec sleep 900']);
  await eventually('the session is open', () => running.output() === 'up\n');
  return running;
}

it('lets nobody in with a token that is wrong, revoked, replaced or expired', async () => {
  const stage = await openStage();
  const { engine } = stage;
  const client = await makeClient(stage, 'box');
  const refused = async (token: string): Promise<void> => {
    const { code, stderr } = await ssh(stage, withUser(client, token), ['id']);
    expect(stderr).toContain('Permission denied');
    expect(code).toBe(255);
    expect(await engine.ssh.validate(token, call())).toEqual({ valid: false, sandboxId: null });
  };
  await refused('A'.repeat(32));
  await refused('root');
  await refused(client.access.token.toLowerCase());
  expect((await ssh(stage, client, ['true'])).code).toBe(0);
  expect(await engine.ssh.validate(client.access.token, call())).toMatchObject({ valid: true });

  const second = await makeClient(stage, 'box');
  await refused(client.access.token);
  expect(await engine.ssh.revoke('box', client.access.token, call())).toMatchObject({ revoked: 0 });
  expect((await ssh(stage, second, ['true'])).code).toBe(0);
  expect(await engine.ssh.revoke('box', null, call())).toMatchObject({ name: 'box', revoked: 1 });
  await refused(second.access.token);
  expect(await engine.ssh.revoke('box', null, call())).toMatchObject({ revoked: 0 });
  await expect(engine.ssh.create('bxo', { expiresInMinutes: 1 }, call())).rejects.toMatchObject({
    code: 'sandbox_not_found',
  });
});

it('ends live sessions with the token, and says why', async () => {
  const stage = await openStage();
  const client = await makeClient(stage, 'box');
  const running = await openSession(stage, client);
  await stage.engine.ssh.revoke('box', client.access.token, call());
  const { code, stderr } = await running.ended;
  expect(code).toBe(255);
  expect(stderr).toContain('thaw: The SSH token was revoked.');
  await eventually('nobody is in', () => stage.gateway.visitors === 0);
});

it('ends live sessions when the token expires', async () => {
  const clock = new ManualClock();
  const stage = await openStage({
    clock: { ...systemClock, now: () => clock.now(), schedule: (ms, task) => clock.schedule(ms, task) },
  });
  const client = await makeClient(stage, 'box', 2);
  const running = await openSession(stage, client);
  clock.advance(2 * 60_000);
  const { code, stderr } = await running.ended;
  expect(code).toBe(255);
  expect(stderr).toContain('thaw: The SSH token has expired.');
  expect((await ssh(stage, client, ['true'])).stderr).toContain('Permission denied');
});

it.each(['stop', 'pause', 'delete'] as const)('ends live sessions on %s', async (operation) => {
  const stage = await openStage();
  const client = await makeClient(stage, 'box');
  const running = await openSession(stage, client);
  const { lifecycle } = stage.engine;
  if (operation === 'stop') await lifecycle.stop('box', { force: true }, call());
  else await lifecycle[operation]('box', call());
  const { code, stderr } = await running.ended;
  expect(code).toBe(255);
  expect(stderr).toMatch(/thaw: Sandbox box is (stopping|pausing|destroying), not started\./);
  await eventually('nobody is in', () => stage.gateway.visitors === 0);
});

it('tells a stopped sandbox apart from a wrong token, and does not start it', async () => {
  const stage = await openStage();
  const client = await makeClient(stage, 'box');
  await stage.engine.lifecycle.stop('box', { force: true }, call());
  const { code, stderr } = await ssh(stage, client, ['true']);
  expect(code).toBe(255);
  expect(stderr).toContain('thaw: Sandbox box is stopped, not started.');
  expect(stderr).toContain('sandbox_start');
  expect(await stage.engine.lifecycle.get('box', call())).toMatchObject({ state: 'stopped' });
  await stage.engine.lifecycle.start('box', call());
  expect((await ssh(stage, client, ['true'])).code).toBe(0);
});

it('keeps a sandbox from being idle while somebody is in', async () => {
  const stage = await openStage();
  const client = await makeClient(stage, 'box');
  const before = (await stage.engine.lifecycle.get('box', call())).lastActivityAt ?? '';
  const running = await openSession(stage, client);
  const during = (await stage.engine.lifecycle.get('box', call())).lastActivityAt ?? '';
  expect(Date.parse(during)).toBeGreaterThan(Date.parse(before));
  running.child.kill('SIGKILL');
  await eventually('the end is noted, too', async () => {
    const { lastActivityAt = '' } = await stage.engine.lifecycle.get('box', call());
    return Date.parse(lastActivityAt) > Date.parse(during);
  });
});

it('goes on while the sandbox is forked and resized', async () => {
  const stage = await openStage();
  const client = await makeClient(stage, 'box');
  const running = startClient(stage, ['ssh', '-F', client.config, client.host, 'echo up; cat']);
  await eventually('the session is open', () => running.output() === 'up\n');
  const { engine } = stage;
  await engine.forks.fork('box', { count: 1, names: ['copy'] }, call());
  await engine.lifecycle.resize('box', { cpu: 2 }, call());
  running.child.stdin.end('still here\n');
  expect(await running.ended).toMatchObject({ code: 0 });
  expect(running.output()).toBe('up\nstill here\n');
  // A fork has no access of its own.
  expect(await engine.ssh.revoke('copy', null, call())).toMatchObject({ revoked: 0 });
});

it('keeps its host key, private to the owner', () => {
  const stateDir = makeStateDir();
  const first = loadHostKey(stateDir);
  expect(loadHostKey(stateDir)).toEqual(first);
  expect(first.publicKey).toMatch(/^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5/);
  const path = join(stateDir, 'ssh_host_ed25519_key');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readFileSync(path, 'utf8')).toBe(first.privateKey);
});

it('keeps tokens beyond the owner, as hashes', async () => {
  const stage = await openStage();
  const { access } = await makeClient(stage, 'box');
  const { Store } = await import('../../../src/engine/store/store.ts');
  const { SshTokens } = await import('../../../src/engine/ssh/ssh-tokens.ts');
  const store = new Store(':memory:');
  onTestFinished(() => store.close());
  const tokens = new SshTokens(store, systemClock);
  const { token, record } = tokens.create(
    (await import('../../../src/ids.ts')).asSandboxId(access.sandboxId),
    5,
  );
  expect(token).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(JSON.stringify(store.sshAccesses())).not.toContain(token);
  expect(new SshTokens(store, systemClock).find(token)).toEqual(record);
});
