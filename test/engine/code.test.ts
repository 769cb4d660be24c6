/** Code in real sandboxes: programs in three languages, contexts and their end, on one sandbox where that will do. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { CodeRunRequest, InterpreterEvent } from '../../schemas/code.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

let engine: Engine;
let sandbox: string;
const stateDir = makeStateDir();
beforeAll(async () => {
  engine = await openEngine(testEngineOptions(stateDir));
  ({ id: sandbox } = await engine.lifecycle.create({ env: { WORD: 'hi' } }, call()));
});
afterAll(() => disposeEngine(engine, stateDir));

async function tell(
  code: string,
  rest: { readonly contextId?: string; readonly language?: 'javascript' } = {},
) {
  const events: InterpreterEvent[] = [];
  const outcome = await engine.interpreters.execute(
    sandbox,
    { code, timeoutSeconds: 20, ...rest },
    (event) => void events.push(event),
    call(),
  );
  return { outcome, events };
}

it.each<[CodeRunRequest, string]>([
  [
    {
      language: 'python',
      code: "import os, sys; print(os.environ['WORD'], os.getcwd(), sys.argv[1])",
      argv: ['a'],
    },
    'hi /home/daytona a\n',
  ],
  [{ language: 'javascript', code: 'console.log(process.env.WORD, process.argv[2])', argv: ['a'] }, 'hi a\n'],
  [
    {
      language: 'typescript',
      code: "import os from 'os'\nenum A { X = 2 }\nconst n: number = A.X\nconsole.log(n, os.userInfo().username)",
    },
    '2 daytona\n',
  ],
])('runs program %#', async (request, result) => {
  expect(await engine.code.run(sandbox, request, call())).toEqual({ exitCode: 0, result, charts: [] });
});

it('keeps the state of contexts apart, in both languages', async () => {
  const { id } = await engine.interpreters.create(sandbox, { language: 'python', cwd: '/tmp' }, call());
  await tell('x = 1');
  await tell('x = 2', { contextId: id });
  const here = await tell('x');
  expect(here.events).toEqual([{ type: 'result', text: '1' }]);
  expect(here.outcome).toMatchObject({ status: 'completed', contextIsNew: false, contextLost: false });
  expect((await tell('import os; [x, os.getcwd()]', { contextId: id })).events).toEqual([
    { type: 'result', text: "[2, '/tmp']" },
  ]);
  await tell("import fs from 'fs'; const y = await 3", { language: 'javascript' });
  expect((await tell('y + typeof fs.readFileSync', { language: 'javascript' })).events).toEqual([
    { type: 'result', text: "'3function'" },
  ]);
  const listed = await engine.interpreters.list(sandbox, call());
  expect(listed.map(({ language, isDefault }) => [language, isDefault])).toEqual([
    ['python', false],
    ['python', true],
    ['javascript', true],
  ]);
  await engine.interpreters.delete(sandbox, id, call());
  await expect(tell('x', { contextId: id })).rejects.toMatchObject({ code: 'context_not_found' });
});

it('says that a context died, and starts another one', async () => {
  await tell('z = 1');
  const { outcome } = await tell('import os; os._exit(7)');
  expect(outcome).toMatchObject({ status: 'died', contextLost: true });
  expect(outcome.note).toContain('exit code 7');
  const after = await tell("'z' in globals()");
  expect(after.outcome).toMatchObject({ contextIsNew: true });
  expect(after.events).toEqual([{ type: 'result', text: 'False' }]);
});

it('ends the context that was idle longest when there are too many', async () => {
  const made: string[] = [];
  for (let count = 0; count < 9; count += 1)
    made.push((await engine.interpreters.create(sandbox, { language: 'python' }, call())).id);
  expect(await engine.interpreters.list(sandbox, call())).toHaveLength(8);
  const [first = ''] = made;
  await expect(tell('1', { contextId: first })).rejects.toThrow(/idle longest/);
});

it('ends contexts, and code that runs in them, with the sandbox', async () => {
  let started: () => void = () => undefined;
  const running = new Promise<void>((resolve) => {
    started = resolve;
  });
  const cut = engine.interpreters.execute(
    sandbox,
    { code: "print('up', flush=True)\nimport time; time.sleep(60)" },
    () => started(),
    call(),
  );
  cut.catch(() => undefined);
  await running;
  await engine.lifecycle.stop(sandbox, { force: true }, call());
  await expect(cut).rejects.toMatchObject({ code: 'state_conflict' });
  expect(await engine.interpreters.list(sandbox, call())).toEqual([]);
  await expect(tell('1')).rejects.toMatchObject({ code: 'state_conflict' });
  await engine.lifecycle.start(sandbox, call());
  expect((await tell('1')).outcome.contextIsNew).toBe(true);
});
