/** Files, through Daytona's SDK. */
import { randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import type { Stage } from './stage.ts';

const LARGE_BYTES = 5 * 1024 * 1024;

export function fileTests(stage: Stage): void {
  it('makes folders, uploads, lists, describes, moves, changes permissions and deletes', async () => {
    const { fs, ...box } = stage().box;
    const home = (await stage().box.getUserHomeDir()) ?? '';
    expect(home).toMatch(/^\//);
    expect(box.id).not.toBe('');
    const folder = `${home}/files-${stage().version.alias}`;
    await fs.createFolder(folder, '755');
    await fs.uploadFile(Buffer.from('first\n'), `${folder}/a.txt`);
    await fs.uploadFiles([
      { source: Buffer.from('needle one\n'), destination: `${folder}/sub/b.txt` },
      { source: Buffer.from('nothing\nneedle two\n'), destination: `${folder}/sub/c.log` },
    ]);
    const listed = await fs.listFiles(folder);
    expect(listed.map(({ name, isDir }) => `${name} ${isDir}`).toSorted()).toEqual([
      'a.txt false',
      'sub true',
    ]);
    const info = await fs.getFileDetails(`${folder}/a.txt`);
    expect(info).toMatchObject({ name: 'a.txt', size: 6, isDir: false });
    expect(info.mode).toMatch(/^-rw/);
    expect(Number.isNaN(Date.parse(info.modTime.split(' ').slice(0, 2).join('T')))).toBe(false);
    await fs.setFilePermissions(`${folder}/a.txt`, { mode: '600' });
    expect((await fs.getFileDetails(`${folder}/a.txt`)).mode).toBe('-rw-------');
    const found = await fs.findFiles(folder, 'needle');
    expect(
      found.map(({ file, line, content }) => `${file.split('/').at(-1)}:${line}:${content}`).toSorted(),
    ).toEqual(['b.txt:1:needle one', 'c.log:2:needle two']);
    expect(
      (await fs.searchFiles(folder, '*.txt')).files.map((file) => file.split('/').at(-1) ?? '').toSorted(),
    ).toEqual(['a.txt', 'b.txt']);
    await fs.replaceInFiles([`${folder}/sub/b.txt`], 'needle', 'pin');
    expect(String(await fs.downloadFile(`${folder}/sub/b.txt`))).toBe('pin one\n');
    await fs.moveFiles(`${folder}/a.txt`, `${folder}/moved.txt`);
    await expect(fs.getFileDetails(`${folder}/a.txt`)).rejects.toThrow();
    await fs.deleteFile(`${folder}/moved.txt`);
    await expect(fs.downloadFile(`${folder}/moved.txt`)).rejects.toThrow();
  });

  it('carries bytes both ways unchanged', async () => {
    const { fs } = stage().box;
    const bytes = randomBytes(LARGE_BYTES);
    await fs.uploadFile(bytes, '/tmp/large.bin');
    expect(bytes.equals(await fs.downloadFile('/tmp/large.bin'))).toBe(true);
  });
}

/** What old SDKs have no methods for. */
export function newFileTests(stage: Stage): void {
  it('downloads several files, and tells which of them failed', async () => {
    const { fs } = stage().box;
    await fs.uploadFile(Buffer.from('here'), '/tmp/here.txt');
    const [here, missing] = await fs.downloadFiles([
      { source: '/tmp/here.txt' },
      { source: '/tmp/missing.txt' },
    ]);
    expect(String(here?.result)).toBe('here');
    expect(missing?.error).toBeTruthy();
    await fs.deleteFile('/tmp/here.txt');
  });

  it('deletes a folder only when told to delete what is in it', async () => {
    const { fs } = stage().box;
    await fs.uploadFile(Buffer.from('x'), '/tmp/full/x');
    await expect(fs.deleteFile('/tmp/full')).rejects.toMatchObject({ statusCode: 400 });
    await fs.deleteFile('/tmp/full', true);
    await expect(fs.getFileDetails('/tmp/full')).rejects.toMatchObject({ name: 'DaytonaFileNotFoundError' });
  });

  it('signs links to files that need no key, until the signing key is rotated', async () => {
    const { box } = stage();
    await box.fs.uploadFile(Buffer.from('signed'), '/tmp/signed.txt');
    const link = await box.downloadUrl('/tmp/signed.txt', 60);
    expect(await (await fetch(link)).text()).toBe('signed');
    const tampered = link.replace('signed.txt', 'other.txt');
    expect((await fetch(tampered)).status).toBe(401);
    const body = new FormData();
    body.set('file', new Blob(['from a browser']), 'up.txt');
    expect((await fetch(await box.uploadUrl('/tmp/up.txt'), { method: 'POST', body })).status).toBe(200);
    expect(String(await box.fs.downloadFile('/tmp/up.txt'))).toBe('from a browser');
    await box.rotateSigningKey();
    expect((await fetch(link)).status).toBe(401);
  });
}
