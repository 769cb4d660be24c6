/** Files over SSH by OpenSSH's sftp and scp, rsync and git on a real sandbox. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from '../../support/open-engine.ts';
import {
  type Client,
  type ClientResult,
  installClients,
  makeClient,
  openSshStage,
  runClient,
  type SshStage,
  ssh,
} from '../../support/ssh.ts';

const LARGE_BYTES = 100_000_000;

let stage: SshStage;
let client: Client;
let large: Buffer;
let largeHash: string;
beforeAll(async () => {
  await installClients();
  stage = await openSshStage();
  await stage.engine.lifecycle.create({ name: 'box' }, call());
  client = await makeClient(stage, 'box');
  large = Buffer.alloc(LARGE_BYTES);
  for (let at = 0; at + 4 <= LARGE_BYTES; at += 4)
    large.writeUInt32LE(Math.imul(at, 2_654_435_761) >>> 0, at);
  largeHash = createHash('sha256').update(large).digest('hex');
  writeFileSync(join(stage.dir, 'large'), large);
});
afterAll(async () => await stage.close());

const local = (name: string): string => join(stage.dir, name);
const inBox = async (command: string): Promise<string> =>
  (await stage.engine.exec.exec('box', { command }, call())).stdout;
const hashInBox = async (path: string): Promise<string> => (await inBox(`sha256sum ${path}`)).slice(0, 64);
const hashHere = (name: string): string =>
  createHash('sha256')
    .update(readFileSync(local(name)))
    .digest('hex');

const good = ({ code, stderr }: ClientResult): void => {
  expect(stderr).toBe('');
  expect(code).toBe(0);
};
const sftp = async (batch: string): Promise<ClientResult> =>
  await runClient(stage, ['sftp', '-q', '-F', client.config, '-b', '-', client.host], { input: batch });

describe('sftp', () => {
  it('copies 100 MB whole, both ways', async () => {
    good(await sftp('put large up\nget up down\n'));
    expect(await hashInBox('up')).toBe(largeHash);
    expect(hashHere('down')).toBe(largeHash);
  });

  it('does all that a client asks for, as the user', async () => {
    writeFileSync(local('small'), 'small\n', { mode: 0o640 });
    utimesSync(local('small'), 1_000_000_000, 1_000_000_001);
    const batch = [
      'mkdir dir',
      'put -p small dir/a',
      'chmod 600 dir/a',
      'rename dir/a dir/b',
      'ln -s b dir/link',
      'ln dir/b dir/hard',
      'ls -la dir',
      'df -h dir',
      'cd dir',
      'pwd',
      'get -p b fetched',
    ].join('\n');
    const result = await sftp(`${batch}\n`);
    good(result);
    expect(result.stdout.toString()).toMatch(/^lrwxrwxrwx +1 1000 +1000 +1 .* link$/m);
    expect(result.stdout.toString()).toContain('Remote working directory: /home/daytona/dir');
    expect(await inBox('stat -c "%n %a %U %Y %F" dir/*; readlink dir/link')).toBe(
      [
        'dir/b 600 daytona 1000000001 regular file',
        'dir/hard 600 daytona 1000000001 regular file',
        `dir/link 777 daytona ${await inBox('stat -c %Y dir/link')}`.trim() + ' symbolic link',
        'b',
        '',
      ].join('\n'),
    );
    expect(statSync(local('fetched')).mtimeMs).toBe(1_000_000_001_000);
    good(await sftp('rm dir/hard\nrm dir/link\nrm dir/b\nrmdir dir\n'));
    expect(await inBox('ls -d dir 2>&1 || true')).toContain('No such file');
  });

  it.each([
    ['put small /etc/passwd', 'Permission denied'],
    ['get /etc/shadow x', 'Permission denied'],
    ['get nowhere x', 'not found'],
    ['rmdir /usr', 'Permission denied'],
  ])('says why it cannot: %s', async (line, reason) => {
    writeFileSync(local('small'), 'small\n');
    const { code, stderr } = await sftp(`${line}\n`);
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
  });

  it('lists a directory of thousands of files', async () => {
    await inBox('mkdir many && cd many && seq 2000 | xargs touch');
    const result = await sftp('ls -1 many\n');
    good(result);
    expect(result.stdout.toString().match(/^many\/\d+$/gm)).toHaveLength(2_000);
  });
});

describe('scp', () => {
  const scp = async (...args: string[]): Promise<void> =>
    good(await runClient(stage, ['scp', '-q', '-F', client.config, ...args]));

  it('copies 100 MB whole, both ways', async () => {
    await scp('large', `${client.host}:scp-up`);
    expect(await hashInBox('scp-up')).toBe(largeHash);
    await scp(`${client.host}:scp-up`, 'scp-down');
    expect(hashHere('scp-down')).toBe(largeHash);
  });

  it('copies by its old protocol, which needs scp in the sandbox', async () => {
    writeFileSync(local('middle'), large.subarray(0, LARGE_BYTES / 20));
    await scp('-O', 'middle', `${client.host}:old`);
    await scp('-O', `${client.host}:old`, 'old-down');
    expect(hashHere('old-down')).toBe(hashHere('middle'));
  });

  it('copies trees with their modes and links to the home of the user', async () => {
    mkdirSync(local('tree/inner'), { recursive: true });
    writeFileSync(local('tree/inner/run'), '#!/bin/sh\n', { mode: 0o755 });
    symlinkSync('inner/run', local('tree/link'));
    good(
      await runClient(stage, ['scp', '-q', '-rp', '-F', client.config, 'tree', `${client.host}:~/copied`]),
    );
    expect(await inBox('cd copied && find . | sort && stat -c %a inner/run')).toBe(
      '.\n./inner\n./inner/run\n./link\n755\n',
    );
  });
});

it('rsync copies 100 MB whole, both ways, and then only what changed', async () => {
  expect(await inBox('command -v rsync')).not.toBe('');
  const rsync = async (...args: string[]): Promise<string> => {
    const result = await runClient(stage, [
      'rsync',
      '-a',
      '--stats',
      '-e',
      `ssh -F ${client.config}`,
      ...args,
    ]);
    good(result);
    return result.stdout.toString();
  };
  await rsync('large', `${client.host}:synced/`);
  expect(await hashInBox('synced/large')).toBe(largeHash);
  await rsync(`${client.host}:synced/large`, 'synced-back');
  expect(hashHere('synced-back')).toBe(largeHash);
  expect(await rsync('large', `${client.host}:synced/`)).toContain('Number of regular files transferred: 0');
});

it('git clones from a sandbox and pushes to it', async () => {
  await inBox(
    'git init -q -b main repo && cd repo && git config user.email a@b && git config user.name a && echo one > f && git add f && git commit -qm one && git config receive.denyCurrentBranch updateInstead',
  );
  const env = { GIT_SSH_COMMAND: `ssh -F ${client.config}`, GIT_CONFIG_NOSYSTEM: '1' };
  const git = async (...args: string[]): Promise<ClientResult> =>
    await runClient(stage, ['git', ...args], { env });
  expect(await git('clone', '-q', `${client.host}:repo`, 'cloned')).toMatchObject({ code: 0 });
  expect(readFileSync(local('cloned/f'), 'utf8')).toBe('one\n');
  writeFileSync(local('cloned/f'), 'two\n');
  const who = ['-c', 'user.email=a@b', '-c', 'user.name=a'];
  await git('-C', 'cloned', ...who, 'commit', '-qam', 'two');
  expect(await git('-C', 'cloned', 'push', '-q')).toMatchObject({ code: 0 });
  expect(await inBox('cat repo/f')).toBe('two\n');
});

it('an unknown subsystem is refused', async () => {
  const { code, stderr } = await ssh(stage, client, ['-s', 'netconf']);
  expect(code).not.toBe(0);
  expect(stderr).toContain('subsystem request failed');
});
