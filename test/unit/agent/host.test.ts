/** The host helper's direct writes and reads, and their refusal elsewhere. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeAgent } from './describe-agent.ts';

describeAgent(
  'host helper',
  (subject) => {
    const agent = () => subject().agent;
    let dir = '';
    const at = (name: string): string => join(dir, name);
    beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'agent-host-'))));
    afterAll(async () => await rm(dir, { recursive: true }));

    it('writes in order and stops at the first failure', async () => {
      await writeFile(at('a'), '....');
      await writeFile(at('b'), '....');
      await agent().rawWrite([
        { path: at('a'), data: '1' },
        { path: at('none'), data: 'x', optional: true },
        { path: at('b'), data: '22' },
      ]);
      expect(await readFile(at('a'), 'utf8')).toBe('1...');
      expect(await readFile(at('b'), 'utf8')).toBe('22..');
      const work = agent().rawWrite([
        { path: at('a'), data: '3' },
        { path: at('none'), data: 'x' },
        { path: at('b'), data: '4' },
      ]);
      await expect(work).rejects.toMatchObject({
        code: 'file_not_found',
        message: expect.stringContaining(at('none')),
      });
      expect(await readFile(at('a'), 'utf8')).toBe('3...');
      expect(await readFile(at('b'), 'utf8')).toBe('22..');
      await expect(agent().rawWrite([{ path: dir, data: 'x' }])).rejects.toMatchObject({
        code: 'is_a_directory',
      });
      await expect(agent().rawWrite([{ path: '/dev/full', data: 'x' }])).rejects.toMatchObject({
        code: 'disk_full',
      });
      await expect(agent().rawWrite([{ path: '/x', data: 'x'.repeat(70_000) }])).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    });

    it('reads small files', async () => {
      await writeFile(at('text'), 'grüße\n');
      expect(await agent().rawRead(at('text'))).toBe('grüße\n');
      expect(await agent().rawRead('/proc/self/cgroup')).toContain(':');
      await writeFile(at('long'), 'x'.repeat(70_000));
      await expect(agent().rawRead(at('long'))).rejects.toMatchObject({ code: 'file_too_large' });
      await expect(agent().rawRead(at('none'))).rejects.toMatchObject({ code: 'file_not_found' });
      await expect(agent().rawRead(dir)).rejects.toMatchObject({ code: 'is_a_directory' });
    });

    it('never signals the whole host', async () => {
      await expect(agent().signalAll(0)).rejects.toMatchObject({ code: 'permission_denied' });
    });
  },
  { host: true },
);

describeAgent('a sandbox agent', (subject) => {
  it('has no host operations', async () => {
    const { agent } = subject();
    await expect(agent.rawWrite([{ path: '/tmp/x', data: 'x' }])).rejects.toMatchObject({
      code: 'permission_denied',
    });
    await expect(agent.rawRead('/proc/version')).rejects.toMatchObject({ code: 'permission_denied' });
    await expect(agent.signalAll(0)).rejects.toMatchObject({ code: 'permission_denied' });
  });
});
