/** What a terminal keeps for clients that come later, and for those that are slow; and how files are described. */
import { expect, test } from 'vitest';
import { MergedOutput } from '../../../src/engine/commands/merged-output.ts';
import { Replay } from '../../../src/engine/terminals/replay.ts';
import { Viewer } from '../../../src/engine/terminals/viewer.ts';
import { describeMode, toFileInfo } from '../../../src/rest/toolbox/file-info.ts';

test('the newest bytes are kept', () => {
  const replay = new Replay(5);
  for (const text of ['ab', 'cd', 'ef', '', 'g']) replay.add(Buffer.from(text));
  expect(replay.all().toString()).toBe('cdefg');
  replay.add(Buffer.from('0123456789'));
  expect(replay.all().toString()).toBe('56789');
});

test('a client that does not read is full, and has room again when it read', async () => {
  const viewer = new Viewer();
  viewer.push(Buffer.alloc(1024 * 1024));
  expect(viewer.isFull).toBe(false);
  viewer.push(Buffer.from('x'));
  expect(viewer.isFull).toBe(true);
  const room = viewer.hasRoom();
  const output = viewer.output();
  await output.next();
  await room;
  viewer.end();
  expect(await output.next()).toMatchObject({ value: Buffer.from('x') });
  expect((await output.next()).done).toBe(true);
  viewer.push(Buffer.from('late'));
  expect(viewer.isFull).toBe(false);
});

test('an output that is too long is kept from its beginning, and counted', () => {
  const output = new MergedOutput(4);
  for (const text of ['ab', 'cde', 'f']) output.add(Buffer.from(text));
  expect(output.text()).toBe('abcd\n[... 2 bytes left out ...]\n');
  expect(output.totalBytes).toBe(6);
});

test.each([
  ['file', 0o644, '-rw-r--r--'],
  ['directory', 0o755, 'drwxr-xr-x'],
  ['directory', 0o1777, 'dtrwxrwxrwx'],
  ['file', 0o4755, 'urwxr-xr-x'],
  ['symlink', 0o777, 'Lrwxrwxrwx'],
] as const)('a %s with mode %o is %s', (type, mode, text) => {
  expect(describeMode({ type, mode })).toBe(text);
});

test.each([
  [1_777_629_600_250, '2026-05-01 10:00:00.25 +0000 UTC'],
  [1_777_629_600_000, '2026-05-01 10:00:00 +0000 UTC'],
  [1_777_629_610_100, '2026-05-01 10:00:10.1 +0000 UTC'],
])('%d ms are %s', (modifiedMs, modTime) => {
  const facts = {
    path: '/a/b',
    name: 'b',
    type: 'file' as const,
    sizeBytes: 1,
    mode: 0o644,
    uid: 1,
    gid: 2,
    modifiedMs,
  };
  expect(toFileInfo(facts)).toMatchObject({
    modTime,
    owner: '1',
    group: '2',
    permissions: '0644',
    isDir: false,
  });
});
