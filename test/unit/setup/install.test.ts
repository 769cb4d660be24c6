/** What is said where nothing may be installed, and that package scripts start no service. */
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseOsRelease } from '../../../src/setup/install/distribution.ts';
import {
  compilerNeed,
  engineNeed,
  installMissing,
  missingNeeds,
} from '../../../src/setup/install/packages.ts';
import { withoutServiceStarts } from '../../../src/setup/install/service-policy.ts';
import { silentProgress } from '../../../src/setup/progress.ts';
import { fakeHost, temporaryDirectory } from './fake-host.ts';

describe('needs', () => {
  test('a program in a system directory counts although PATH lacks it', async () => {
    const { host, put } = await fakeHost();
    expect(await missingNeeds(host, [compilerNeed, engineNeed])).toEqual([compilerNeed, engineNeed]);
    await chmod(await put('usr/bin/cc', ''), 0o755);
    expect(await missingNeeds(host, [compilerNeed, engineNeed])).toEqual([engineNeed]);
    for (const name of engineNeed.programs) await chmod(await put(`usr/sbin/${name}`, ''), 0o755);
    await installMissing(host, [compilerNeed, engineNeed], silentProgress, true);
  });

  test('without root on Debian the exact command is named', async () => {
    const { host, put } = await fakeHost();
    await put('etc/os-release', 'ID=debian\nVERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12"\n');
    await expect(installMissing(host, [compilerNeed], silentProgress, true)).rejects.toMatchObject({
      code: 'setup_failed',
      next: 'Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends gcc libc6-dev',
    });
  });

  test('nothing is installed without permission', async () => {
    const { host, put } = await fakeHost();
    await put('etc/os-release', 'ID=debian\n');
    const asked = installMissing({ ...host, isRoot: true }, [compilerNeed], silentProgress, false);
    await expect(asked).rejects.toMatchObject({
      code: 'setup_failed',
      next: expect.stringContaining('--install'),
    });
  });

  test('elsewhere the missing programs are named', async () => {
    const { host, put } = await fakeHost();
    await put('etc/os-release', "ID=fedora\nPRETTY_NAME='Fedora Linux 40'\n");
    await expect(
      installMissing({ ...host, isRoot: true }, [engineNeed], silentProgress, true),
    ).rejects.toMatchObject({
      message: expect.stringContaining('dockerd'),
      next: expect.stringContaining('Fedora Linux 40'),
    });
    const mac = { ...host, platform: 'darwin' as const };
    await expect(installMissing(mac, [engineNeed], silentProgress, true)).rejects.toMatchObject({
      next: expect.stringContaining('Docker Desktop'),
    });
  });
});

test('os-release is read with and without quotes', () => {
  expect(parseOsRelease('ID=ubuntu\nVERSION_CODENAME="noble"\nX\n')).toEqual({
    id: 'ubuntu',
    codename: 'noble',
    name: 'ubuntu',
    debianFamily: true,
  });
  expect(parseOsRelease('').debianFamily).toBe(false);
});

describe('the service policy', () => {
  test('denies while it lasts and puts back what was there, after a failure too', async () => {
    const path = join(await temporaryDirectory(), 'policy-rc.d');
    await writeFile(path, 'mine', { mode: 0o700 });
    const failing = withoutServiceStarts(async () => {
      expect(await readFile(path, 'utf8')).toContain('exit 101');
      expect((await stat(path)).mode & 0o111).toBe(0o111);
      throw new Error('inside');
    }, path);
    await expect(failing).rejects.toThrow('inside');
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
  });

  test('leaves nothing where nothing was, and cleans up after an interrupted run', async () => {
    const path = join(await temporaryDirectory(), 'policy-rc.d');
    let written = '';
    await withoutServiceStarts(async () => {
      written = await readFile(path, 'utf8');
    }, path);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    await writeFile(path, written);
    await withoutServiceStarts(async () => undefined, path);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
