/** The directories that a user allowed: what is inside moves, and nothing leads out of them. */

import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { hostAccess } from '../../../src/host-files/host-access.ts';
import type { HostAccess, HostFile } from '../../../tools/host-access.ts';

let base: string;
let allowed: string;
let secret: string;
let host: HostAccess;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'thaw-host-')));
  allowed = join(base, 'allowed');
  secret = join(base, 'allowed-not', 'secret');
  mkdirSync(join(allowed, 'sub'), { recursive: true });
  mkdirSync(join(base, 'allowed-not'));
  writeFileSync(secret, 'secret');
  writeFileSync(join(allowed, 'a.txt'), 'a');
  writeFileSync(join(allowed, 'sub', 'b.txt'), 'bb', { mode: 0o755 });
  host = hostAccess(allowed);
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

async function textOf(file: HostFile | undefined): Promise<string> {
  let text = '';
  for await (const chunk of file?.read() ?? []) text += chunk.toString();
  return text;
}

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const denied = expect.objectContaining({ code: 'permission_denied' });

describe('reading', () => {
  it('answers a file, and all files of a directory in name order, without links', async () => {
    symlinkSync(secret, join(allowed, 'sub', 'link'));
    execFileSync('mkfifo', [join(allowed, 'sub', 'pipe')]);
    const single = await host.source(join(allowed, 'a.txt'));
    expect([single.isDirectory, await textOf(single.files[0])]).toEqual([false, 'a']);
    const tree = await host.source(allowed);
    expect(tree.files.map(({ path, mode }) => [path, mode & 0o100])).toEqual([
      ['a.txt', 0],
      ['sub/b.txt', 0o100],
    ]);
    expect(tree.skipped).toBe(2);
  });

  it.each([
    ['beside it', () => secret],
    [
      'through dots',
      () => join(allowed, '..', 'allowed-not', 'secret').replace('/allowed-not', '/./allowed-not'),
    ],
    ['a name that only begins alike', () => `${allowed}-not/secret`],
    ['relative', () => 'a.txt'],
    ['what is not there, outside', () => join(base, 'none')],
    ['the root', () => '/'],
    ['a NUL', () => `${join(allowed, 'a.txt')}\0`],
  ])('refuses %s', async (_what, path) => {
    await expect(host.source(path())).rejects.toEqual(denied);
  });

  it('refuses links out of it, of files and of directories on the way', async () => {
    symlinkSync(secret, join(allowed, 'link'));
    symlinkSync(join(base, 'allowed-not'), join(allowed, 'way'));
    await expect(host.source(join(allowed, 'link'))).rejects.toEqual(denied);
    await expect(host.source(join(allowed, 'way', 'secret'))).rejects.toEqual(denied);
    await expect(host.source(join(allowed, 'way'))).rejects.toEqual(denied);
  });

  it('refuses a file that became a link, or moved outside, since it was listed', async () => {
    const { files } = await host.source(allowed);
    rmSync(join(allowed, 'a.txt'));
    symlinkSync(secret, join(allowed, 'a.txt'));
    await expect(textOf(files[0])).rejects.toEqual(denied);
    rmSync(join(allowed, 'sub'), { recursive: true });
    writeFileSync(join(base, 'allowed-not', 'b.txt'), 'other');
    symlinkSync(join(base, 'allowed-not'), join(allowed, 'sub'));
    await expect(textOf(files[1])).rejects.toEqual(denied);
  });

  it('allows nothing when nothing is named', async () => {
    await expect(hostAccess(' , relative').source(join(allowed, 'a.txt'))).rejects.toEqual(denied);
  });
});

describe('writing', () => {
  it('makes a file with its directories, and replaces one only when told', async () => {
    const place = join(allowed, 'new', 'deep', 'file');
    const once = await host.target(place, { overwrite: false });
    expect(await once.write('', bytes('one'), 0o600)).toBe(3);
    await expect(once.write('', bytes('two'), 0o600)).rejects.toMatchObject({ code: 'file_exists' });
    expect(readFileSync(place, 'utf8')).toBe('one');
    await (await host.target(place, { overwrite: true })).write('', bytes('three'), 0o600);
    expect(readFileSync(place, 'utf8')).toBe('three');
    expect(readdirSync(join(allowed, 'new', 'deep'))).toEqual(['file']);
  });

  it('leaves nothing of a file whose content breaks off', async () => {
    const target = await host.target(join(allowed, 'out'), { overwrite: false });
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half');
      throw new Error('gone');
    }
    await expect(target.write('', broken(), 0o644)).rejects.toBeDefined();
    expect(readdirSync(allowed).sort()).toEqual(['a.txt', 'sub']);
  });

  it('follows no link, neither in the way nor at the end', async () => {
    symlinkSync(join(base, 'allowed-not'), join(allowed, 'way'));
    symlinkSync(secret, join(allowed, 'link'));
    await expect(host.target(join(allowed, 'way', 'x'), { overwrite: true })).rejects.toEqual(denied);
    const over = await host.target(join(allowed, 'link'), { overwrite: true });
    await over.write('', bytes('mine'), 0o644);
    expect(readFileSync(join(allowed, 'link'), 'utf8')).toBe('mine');
    expect(readFileSync(secret, 'utf8')).toBe('secret');
    const tree = await host.target(allowed, { overwrite: true });
    await expect(tree.write('way/x', bytes('x'), 0o644)).rejects.toEqual(denied);
    expect(readdirSync(join(base, 'allowed-not'))).toEqual(['secret']);
  });

  it.each(['../x', 'a/../../x', '/x', 'a//x', 'a/./x', 'x\\..\\y', 'x\0'])(
    'refuses the name %j that a sandbox may give',
    async (name) => {
      const target = await host.target(allowed, { overwrite: true });
      await expect(target.write(name, bytes('x'), 0o644)).rejects.toMatchObject({ code: 'invalid_argument' });
    },
  );
});
