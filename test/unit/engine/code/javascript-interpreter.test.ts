/** JavaScript contexts on a real node, driven through a real guest agent. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interpreter } from '../../../../src/engine/code/interpreter.ts';
import { ThawError } from '../../../../src/errors.ts';
import { shown, tell, useLocalPlace } from './local-place.ts';

const place = useLocalPlace();
let node: Interpreter;
beforeEach(async () => {
  node = await Interpreter.start(place(), 'javascript');
});
afterEach(() => node.end(new ThawError('cancelled', 'the test is over')));

describe('what is told', () => {
  it('keeps what was declared, shows the last value, and tells the streams apart', async () => {
    expect(node.cwd).toBe('/tmp');
    await tell(node, 'const x = 20; let y; class Pair {}\nfunction double(n) { return 2 * n }');
    const told = await tell(node, "console.log('out'); console.error('err'); double(x) + 2");
    expect(told.end).toEqual({ status: 'completed', end: null });
    expect([told.stdout, told.stderr, shown(told)]).toEqual(['out\n', 'err\n', ['42']]);
    expect(shown(await tell(node, 'const x = [new Pair(), _]; x'))).toEqual(['[ Pair {}, 42 ]']);
  });

  it('waits and imports at the top level, and keeps what came of it', async () => {
    const code = [
      "import fs, { readFileSync as read } from 'node:fs'",
      "import * as path from 'path'",
      'const { a, ...rest } = await Promise.resolve({ a: 1, b: 2 })',
      'for (var i = 0; i < 3; i++) { var last = i }',
      'async function later() { return await 5 }',
      'class Kept {}',
      '[a, rest.b, i, last, await later()]',
    ].join('\n');
    expect(shown(await tell(node, code))).toEqual(['[ 1, 2, 3, 2, 5 ]']);
    const after = '[a, rest, i, last, typeof later, new Kept(), fs.readFileSync === read, path.sep]';
    expect(shown(await tell(node, after))).toEqual(["[ 1, { b: 2 }, 3, 2, 'function', Kept {}, true, '/' ]"]);
    expect(shown(await tell(node, "(await import('node:os')).EOL + require('path').sep"))).toEqual([
      "'\\n/'",
    ]);
  });

  it('shows an object that stands alone, and pictures', async () => {
    expect(shown(await tell(node, '{ a: 1 }'))).toEqual(['{ a: 1 }']);
    const { events } = await tell(node, "Buffer.from('89504e470d0a1a0a00', 'hex')");
    expect(events).toEqual([{ type: 'result', image: { mimeType: 'image/png', data: 'iVBORw0KGgoA' } }]);
  });

  it('sets variables for one piece of code alone', async () => {
    expect(shown(await tell(node, 'process.env.WORD', { env: { WORD: 'hi' } }))).toEqual(["'hi'"]);
    expect(shown(await tell(node, 'String(process.env.WORD)'))).toEqual(["'undefined'"]);
  });

  it.each([
    ['const = 1', 'SyntaxError'],
    ['('.repeat(50_000), 'RangeError'],
    ['const f = (n) => f(n + 1); f(0)', 'RangeError'],
    ['null.x', 'TypeError'],
    ['await Promise.reject(new RangeError("no"))', 'RangeError'],
    ['throw { odd: 1 }', 'Error'],
    ['throw Object.defineProperty(new Error(), "stack", { get() { throw 1 } })', 'Error'],
    ['process.exit(3)', 'ProcessExit'],
  ])('outlives %#', async (code, name) => {
    const { end, events } = await tell(node, code);
    expect(end).toEqual({ status: 'failed', end: null });
    expect(events).toMatchObject([{ type: 'error', name }]);
    expect(JSON.stringify(events)).not.toContain('<thaw>');
    expect(shown(await tell(node, '1'))).toEqual(['1']);
  });

  it('names the line of an error', async () => {
    const { events } = await tell(node, "await 1\n\nthrow new Error('here')");
    expect(events).toMatchObject([{ value: 'here', traceback: expect.stringContaining('cell 1:3:') }]);
  });

  it('outlives what is thrown later, and tells it with what runs then', async () => {
    const code =
      "setTimeout(() => { throw new Error('late') }, 1); await new Promise((r) => setTimeout(r, 100))";
    const { end, stderr } = await tell(node, code);
    expect(end.status).toBe('completed');
    expect(stderr).toContain('Error: late');
  });
});

describe('output', () => {
  it('comes whole, with frames between it', async () => {
    const code =
      "for (let i = 0; i < 200; i++) { display('x'.repeat(9000)); console.error('y'.repeat(3000)) }\nconsole.log('ä'.repeat(2_000_000))";
    const told = await tell(node, code, { timeoutMs: 60_000 });
    expect(told.stdout).toBe(`${'ä'.repeat(2_000_000)}\n`);
    expect(told.stderr).toBe(`${'y'.repeat(3000)}\n`.repeat(200));
    expect(shown(told)).toHaveLength(200);
  });
});

describe('interrupts and ends', () => {
  it.each([
    ['a loop', 'while (true) {}'],
    ['a wait', 'await new Promise(() => {})'],
  ])('interrupts %s at the limit, and the context goes on', async (_name, code) => {
    await tell(node, 'const x = 5');
    const { end, events } = await tell(node, code, { timeoutMs: 300 });
    expect(end).toEqual({ status: 'timed_out', end: null });
    expect(events).toMatchObject([{ type: 'error', name: 'Interrupted' }]);
    expect(shown(await tell(node, 'x'))).toEqual(['5']);
  });

  it('kills what does not heed it, and says so', async () => {
    const { end } = await tell(node, 'await 1; while (true) {}', { timeoutMs: 300 });
    expect(end.status).toBe('timed_out');
    expect(end.end?.note).toContain('was killed');
  });

  it('tells that its process was ended', async () => {
    const { end } = await tell(node, "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})");
    expect(end).toMatchObject({
      status: 'died',
      end: { note: "The interpreter's process ended by signal 9." },
    });
  });

  it('says that an image has no node', async () => {
    const bare = { ...place(), env: { PATH: '/nowhere' } };
    await expect(Interpreter.start(bare, 'javascript')).rejects.toMatchObject({
      code: 'runtime_missing',
      context: { program: 'node' },
    });
  });
});
