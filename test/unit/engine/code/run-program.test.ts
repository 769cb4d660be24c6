/** Whole programs in three languages on real interpreters of this machine. */
import { expect, it } from 'vitest';
import type { CodeRunRequest } from '../../../../schemas/code.ts';
import { runProgram } from '../../../../src/engine/code/run-program.ts';
import { useLocalPlace } from './local-place.ts';

const place = useLocalPlace();
const run = async (request: CodeRunRequest, signal = new AbortController().signal) =>
  await runProgram(place(), request, { signal });

it.each<[string, CodeRunRequest, number, string]>([
  [
    'both streams in their order',
    {
      language: 'python',
      code: "import sys\nfor i in range(3):\n  print(i)\n  print('e', i, file=sys.stderr)\nsys.exit(4)",
    },
    4,
    '0\ne 0\n1\ne 1\n2\ne 2\n',
  ],
  [
    'arguments and the main module',
    {
      language: 'python',
      code: 'import sys\nif __name__ == "__main__": print(sys.argv)',
      argv: ['a b', '-c'],
    },
    0,
    "['-', 'a b', '-c']\n",
  ],
  [
    'both streams in their order',
    {
      language: 'javascript',
      code: 'console.log(1); console.error(2); console.log(3); process.exitCode = 5',
    },
    5,
    '1\n2\n3\n',
  ],
  [
    'arguments of a module that waits',
    {
      language: 'javascript',
      code: "import os from 'os'\nconsole.log(await process.argv.slice(2), typeof os.EOL)",
      argv: ['x'],
    },
    0,
    "[ 'x' ] string\n",
  ],
  [
    'types, enums and imports',
    {
      language: 'typescript',
      code: "import * as path from 'path'\nimport type { Stats } from 'fs'\nenum Level { Low = 1, High }\nclass P { constructor(private n: number) {} get(): number { return this.n } }\nconst f = <T,>(v: T): T => v\nconsole.log(f<Level>(Level.High), path.sep, new P(7).get(), typeof require)",
    },
    0,
    '2 / 7 function\n',
  ],
  [
    'a wait in TypeScript',
    { language: 'typescript', code: 'const n: number = await Promise.resolve(3)\nconsole.log(n!)' },
    0,
    '3\n',
  ],
])('runs %#: %s', async (_name, request, exitCode, result) => {
  expect(await run(request)).toEqual({ exitCode, result, charts: [] });
});

it.each<[CodeRunRequest, string]>([
  [{ language: 'python', code: 'def f():\n  return 1 / 0\nf()' }, 'File "<stdin>", line 2, in f'],
  [{ language: 'python', code: 'x = (' }, 'SyntaxError'],
  [{ language: 'javascript', code: 'const = 3' }, 'SyntaxError'],
  [{ language: 'javascript', code: 'throw new Error("no")' }, 'Error: no'],
  [{ language: 'typescript', code: 'const x: = 3' }, 'SyntaxError'],
  [{ language: 'typescript', code: '['.repeat(100_000) }, 'SyntaxError'],
])('answers a failed run for broken program %#', async (request, text) => {
  const { exitCode, result } = await run(request);
  expect(exitCode).toBe(1);
  expect(result).toContain(text);
});

it('tells by which signal a program ended', async () => {
  expect(await run({ language: 'python', code: 'import os; os.kill(os.getpid(), 9)' })).toMatchObject({
    exitCode: 137,
  });
});

it('leaves the middle of long output out, and waits for nobody in the background', async () => {
  const code =
    "import subprocess\nprint(subprocess.Popen(['sleep', '60']).pid)\nfor _ in range(120): print('y' * 100_000)";
  const { result } = await run({ language: 'python', code });
  process.kill(Number.parseInt(result, 10), 'SIGKILL');
  expect(result).toContain('bytes left out');
  expect(result.length).toBeLessThan(10_100_000);
});

it.each(['python', 'javascript'] as const)(
  'ends %s at its limit, and for who goes away',
  async (language) => {
    const code = language === 'python' ? 'while True: pass' : 'for (;;) {}';
    await expect(run({ language, code, timeoutSeconds: 0.5 })).rejects.toMatchObject({
      code: 'execution_timeout',
    });
    await expect(run({ language, code }, AbortSignal.timeout(300))).rejects.toMatchObject({
      code: 'cancelled',
    });
  },
);

it.each([
  ['python', 'python3'],
  ['javascript', 'node'],
  ['typescript', 'node'],
] as const)('says what an image without %s lacks', async (language, program) => {
  const bare = { ...place(), env: { PATH: '/nowhere' } };
  const running = runProgram(bare, { language, code: '1' }, { signal: new AbortController().signal });
  await expect(running).rejects.toMatchObject({ code: 'runtime_missing', context: { program } });
});
