/** Files of real sandboxes, whatever they go through. */
import { describe, expect, it } from 'vitest';
import { call, type OpenEngine } from '../open-engine.ts';

export function describeFiles(open: OpenEngine): void {
  describe('files', () => {
    it('are written as the user, read by lines, and listed', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const written = await engine.files.write(
        id,
        { path: 'src/a.txt', content: 'one\ntwo\nthree\n', mode: '0640' },
        call(),
      );
      expect(written).toEqual({ path: '/home/daytona/src/a.txt', sizeBytes: 14, created: true });
      await engine.files.write(
        id,
        { path: '/home/daytona/src/a.txt', content: 'four\n', append: true },
        call(),
      );
      expect(await engine.files.read(id, { path: 'src/a.txt', offset: 2, limit: 2 }, call())).toMatchObject({
        content: 'two\nthree\n',
        totalLines: 4,
        truncated: true,
      });
      const { stdout } = await engine.exec.exec(id, { command: 'stat -c "%U %a" src src/a.txt' }, call());
      expect(stdout).toBe('daytona 755\ndaytona 640\n');
      const listing = await engine.files.list(id, { path: '/home/daytona/src', depth: 2 }, call());
      expect(listing.entries).toMatchObject([{ path: 'a.txt', type: 'file', sizeBytes: 19, mode: '0640' }]);
    });

    it('carry any bytes, up to ten megabytes', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const bytes = Buffer.alloc(10 * 1024 * 1024, Buffer.from([0, 255, 10, 200]));
      await engine.files.write(
        id,
        { path: 'big', content: bytes.toString('base64'), encoding: 'base64' },
        call(),
      );
      const read = await engine.files.read(id, { path: 'big' }, call());
      expect(read.encoding).toBe('base64');
      expect(Buffer.from(read.content, 'base64').equals(bytes)).toBe(true);
      await engine.exec.exec(id, { command: 'echo >> big' }, call());
      await expect(engine.files.read(id, { path: 'big' }, call())).rejects.toMatchObject({
        code: 'file_too_large',
      });
    });

    it('answer typed errors that name the path', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      const read = (path: string) => engine.files.read(id, { path }, call());
      const write = (path: string, content = 'x') => engine.files.write(id, { path, content }, call());
      await expect(read('/nope')).rejects.toMatchObject({
        code: 'file_not_found',
        message: expect.stringContaining('/nope'),
      });
      await expect(read('/etc')).rejects.toMatchObject({ code: 'is_a_directory' });
      await expect(read('/etc/shadow')).rejects.toMatchObject({ code: 'permission_denied' });
      await expect(read('/dev/zero')).rejects.toMatchObject({ code: 'not_a_file' });
      await expect(write('/etc/passwd')).rejects.toMatchObject({ code: 'permission_denied' });
      await expect(write('/etc/hostname/x')).rejects.toMatchObject({
        code: expect.stringMatching(/not_a_directory|permission_denied/),
      });
      await expect(engine.files.list(id, { path: '/etc/hostname' }, call())).rejects.toMatchObject({
        code: 'not_a_directory',
      });
      await expect(
        engine.files.write(id, { path: 'x', content: '***', encoding: 'base64' }, call()),
      ).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    });

    it('say when the disk is full, and leave nothing half-written', async () => {
      const engine = await open();
      const { id } = await engine.lifecycle.create({}, call());
      await engine.exec.exec(id, { command: 'head -c 60M /dev/zero > /dev/shm/fill' }, call());
      const full = engine.files.write(id, { path: '/dev/shm/more', content: 'x'.repeat(9_000_000) }, call());
      await expect(full).rejects.toMatchObject({ code: 'disk_full' });
      const { stdout } = await engine.exec.exec(id, { command: 'ls -A /dev/shm' }, call());
      expect(stdout).toBe('fill\n');
    });
  });
}
