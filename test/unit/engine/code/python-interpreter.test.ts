/** Python contexts on a real python3, driven through a real guest agent. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Interpreter } from '../../../../src/engine/code/interpreter.ts';
import { ThawError } from '../../../../src/errors.ts';
import { shown, tell, useLocalPlace } from './local-place.ts';

const place = useLocalPlace();
let python: Interpreter;
beforeEach(async () => {
  python = await Interpreter.start(place(), 'python');
});
afterEach(() => python.end(new ThawError('cancelled', 'the test is over')));

describe('what is told', () => {
  it('keeps names, shows the last value, and tells the streams apart', async () => {
    expect(python.cwd).toBe('/tmp');
    await tell(python, 'import sys\nx = 20\ndef double(n): return 2 * n');
    const told = await tell(python, "print('out')\nprint('err', file=sys.stderr)\ndouble(x) + 2");
    expect(told.end).toEqual({ status: 'completed', end: null });
    expect([told.stdout, told.stderr, shown(told)]).toEqual(['out\n', 'err\n', ['42']]);
    expect(shown(await tell(python, '_ + 1'))).toEqual(['43']);
  });

  it('tells an exception with the lines of the code and without its own', async () => {
    await tell(python, 'def fail():\n    return 1 / 0');
    const { end, events } = await tell(python, 'fail()');
    expect(end.status).toBe('failed');
    const [error] = events;
    expect(error).toMatchObject({ type: 'error', name: 'ZeroDivisionError', value: 'division by zero' });
    const traceback = error?.type === 'error' ? error.traceback : '';
    expect(traceback).toContain('File "<cell 1>", line 2, in fail\n    return 1 / 0');
    expect(traceback).not.toContain('thaw');
  });

  it.each([
    ['def (', 'SyntaxError'],
    ['('.repeat(5000), 'SyntaxError'],
    ['def f(n): return f(n + 1)\nf(0)', 'RecursionError'],
    ['import sys; sys.exit(3)', 'SystemExit'],
    ['class E(Exception):\n  def __str__(self): raise ValueError\nraise E()', 'E'],
    ['class R:\n  def __repr__(self): raise KeyError("no")\nR()', 'KeyError'],
    ['raise KeyboardInterrupt', 'KeyboardInterrupt'],
  ])('outlives %#', async (code, name) => {
    const { end, events } = await tell(python, code);
    expect(end).toEqual({ status: 'failed', end: null });
    expect(events).toMatchObject([{ type: 'error', name }]);
    expect(shown(await tell(python, '1'))).toEqual(['1']);
  });

  it('waits at the top level, and sets variables for one piece of code alone', async () => {
    const code = "import asyncio, os\nawait asyncio.sleep(0.01)\nos.environ['WORD']";
    expect(shown(await tell(python, code, { env: { WORD: 'hi' } }))).toEqual(["'hi'"]);
    expect(shown(await tell(python, "os.environ.get('WORD', 'none')"))).toEqual(["'none'"]);
  });

  it('tells pictures that objects make of themselves', async () => {
    const code =
      "class P:\n  def _repr_png_(self): return b'\\x89PNG'\n  def __repr__(self): return 'P'\ndisplay(P())";
    const { events } = await tell(python, code);
    expect(events).toEqual([
      { type: 'result', text: 'P', image: { mimeType: 'image/png', data: 'iVBORw==' } },
    ]);
  });

  it('reads nothing from the user, and never its own requests', async () => {
    expect((await tell(python, 'input()')).events).toMatchObject([{ name: 'EOFError' }]);
    expect(shown(await tell(python, "import subprocess; subprocess.run(['cat']).returncode"))).toEqual(['0']);
  });
});

describe('output', () => {
  it('comes whole from several processes at once, with frames between it', async () => {
    const code = [
      'import subprocess, sys',
      "child = subprocess.Popen(['sh', '-c', 'i=0; while [ $i -lt 300 ]; do printf %0999d 7 >&2; i=$((i+1)); done'])",
      'for _ in range(300): display("x" * 9000)',
      'child.wait()',
      "print('ä' * 3_000_000)",
    ].join('\n');
    const told = await tell(python, code, { timeoutMs: 60_000 });
    expect(told.end.status).toBe('completed');
    expect(told.stderr).toBe(`${'0'.repeat(998)}7`.repeat(300));
    expect(told.stdout).toBe(`${'ä'.repeat(3_000_000)}\n`);
    expect(shown(told)).toHaveLength(300);
  });

  it('waits for a listener that is slow', async () => {
    const told: string[] = [];
    let pause: (() => void) | null = null;
    const held = new Promise<void>((resolve) => {
      pause = resolve;
    });
    const running = python.execute(
      { code: "import os\nfor i in range(3000): os.write(1, b'z' * 1000)", env: {}, timeoutMs: 20_000 },
      async (event) => {
        if (told.length === 0) await held;
        if (event.type === 'stdout') told.push(event.text);
      },
      new AbortController().signal,
    );
    // Meanwhile the code cannot come to its end: much more is written than fits between it and the listener.
    const state = await Promise.race([
      running.then(() => 'over'),
      place()
        .agent.spawn({ argv: ['true'] })
        .then(async ({ exited }) => await exited.then(() => 'held')),
    ]);
    expect(state).toBe('held');
    (pause as (() => void) | null)?.();
    await running;
    expect(told.join('').length).toBe(3_000_000);
  });
});

describe('interrupts', () => {
  it('interrupts at the limit, and the context goes on', async () => {
    await tell(python, 'x = 5');
    const { end, events } = await tell(python, 'while True: pass', { timeoutMs: 300 });
    expect(end).toEqual({ status: 'timed_out', end: null });
    expect(events).toMatchObject([{ type: 'error', name: 'KeyboardInterrupt' }]);
    expect(shown(await tell(python, 'x'))).toEqual(['5']);
  });

  it('kills what does not heed it, and says so', async () => {
    const code = 'import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass';
    const { end } = await tell(python, code, { timeoutMs: 1000 });
    expect(end.status).toBe('timed_out');
    expect(end.end?.note).toContain('was killed');
  });

  it('interrupts for a caller who goes away', async () => {
    const gone = new AbortController();
    const running = tell(python, "print('up', flush=True)\nwhile True: pass", { signal: gone.signal });
    setTimeout(() => gone.abort(), 200);
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect(shown(await tell(python, '7'))).toEqual(['7']);
  });

  it('interrupts for a listener that fails, and tells it no more', async () => {
    let calls = 0;
    const running = python.execute(
      { code: "while True: print('x')", env: {}, timeoutMs: 20_000 },
      () => {
        calls += 1;
        throw new Error('no more');
      },
      new AbortController().signal,
    );
    await expect(running).rejects.toThrow('no more');
    expect(calls).toBe(1);
    expect(shown(await tell(python, '8'))).toEqual(['8']);
  });
});

describe('ends', () => {
  it.each([
    ["print('last words', flush=True)\nimport os\nos._exit(3)", 'with exit code 3'],
    ["print('last words', flush=True)\nimport os\nos.kill(os.getpid(), 9)", 'by signal 9'],
    ["print('last words', flush=True)\nimport os\nos.closerange(3, 200)", 'with exit code'],
  ])('tells that %j ended it, and all that came before', async (code, how) => {
    const { end, stdout } = await tell(python, code);
    expect(end.status).toBe('died');
    expect(end.end?.note).toContain(how);
    expect(stdout).toBe('last words\n');
  });

  it('leaves a forked child to itself', async () => {
    const code =
      "import os\npid = os.fork()\nif pid: os.waitpid(pid, 0)\nprint('child' if pid == 0 else 'parent')";
    const { end, stdout } = await tell(python, code);
    expect(end.status).toBe('completed');
    expect(stdout).toBe('child\nparent\n');
    expect(shown(await tell(python, '9'))).toEqual(['9']);
  });

  const piece = (payload: string): string =>
    `e${Buffer.byteLength(payload).toString(16).padStart(4, '0')}${payload}`;
  it.each([
    ['no JSON', piece('abc')],
    ['no frame of the driver', piece('{"type":"what"}')],
    ['a head of nothing', 'x0000'],
    ['a length beyond a piece', 'effff'],
    ['an image that is none', piece('{"type":"result","image":{"mimeType":"image/gif","data":"AAAA"}}')],
    ['a chart without a type', piece('{"type":"result","chart":{"a":1}}')],
    ['another end of it', piece('{"type":"end","id":"1"}')],
    ['more than a frame may have', `m0fa0${'x'.repeat(4000)}`],
  ])('ends a context that sends %s, and nothing else', async (_name, bytes) => {
    // Code in the same process can find out what marks the driver's pieces.
    const code = [
      'import gc, os',
      "mark = next(o['MARK'] for o in gc.get_objects() if type(o) is dict and 'MARK' in o and 'PIECE' in o)",
      `for _ in range(${bytes.startsWith('m') ? 3000 : 1}): os.write(2, mark + b'${bytes}')`,
    ].join('\n');
    const { end } = await tell(python, code);
    expect(end.status).toBe('died');
    expect(end.end?.note).toContain('makes no sense');
  });

  it('says that an image has no python3', async () => {
    const bare = { ...place(), env: { PATH: '/nowhere' } };
    await expect(Interpreter.start(bare, 'python')).rejects.toMatchObject({ code: 'runtime_missing' });
  });
});
