/** Toolbox sessions in a real sandbox: one shell, one command after another. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { JobChunk } from '../../src/backend/jobs.ts';
import { openEngine } from '../../src/engine/engine.ts';
import type { Engine } from '../../src/engine/options.ts';
import { call, disposeEngine, makeStateDir, testEngineOptions } from '../support/open-engine.ts';

let stateDir = '';
let engine: Engine;
let box = '';

beforeAll(async () => {
  stateDir = makeStateDir();
  engine = await openEngine(testEngineOptions(stateDir));
  box = (await engine.lifecycle.create({}, call())).id;
}, 120_000);
afterAll(async () => await disposeEngine(engine, stateDir), 120_000);

const textOf = (chunks: readonly JobChunk[], stream: JobChunk['stream']): string =>
  Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map(({ data }) => data)).toString();

async function run(sessionId: string, command: string) {
  const { cmdId, ended } = await engine.sessions.exec(box, sessionId, { command }, call());
  const chunks = ended?.chunks ?? [];
  return {
    cmdId,
    exitCode: ended?.exitCode,
    stdout: textOf(chunks, 'stdout'),
    stderr: textOf(chunks, 'stderr'),
  };
}

it('keeps directory, variables and functions, and each command its streams and its status', async () => {
  expect(await engine.sessions.create(box, 'one', call())).toEqual({ sessionId: 'one', commands: [] });
  await expect(engine.sessions.create(box, 'one', call())).rejects.toMatchObject({ code: 'session_exists' });
  expect(await run('one', 'cd /tmp; A=1; export B=2; f() { echo "f$1"; }')).toMatchObject({ exitCode: 0 });
  expect(await run('one', 'pwd; echo "$A$B"; f 3; echo no >&2; false')).toMatchObject({
    stdout: '/tmp\n12\nf3\n',
    stderr: 'no\n',
    exitCode: 1,
  });
  const bad = await run('one', 'if then');
  expect(bad.exitCode).not.toBe(0);
  expect(bad.stderr).toContain('syntax error');
  expect((await run('one', 'echo still here')).stdout).toBe('still here\n');
  const session = await engine.sessions.get(box, 'one', call());
  expect(session.commands.map(({ exitCode }) => exitCode)).toEqual([0, 1, bad.exitCode, 0]);
});

it('runs a command on, takes input for it, and follows it', async () => {
  const { cmdId } = await engine.sessions.exec(
    box,
    'one',
    { command: 'echo ask; read x; echo "got $x"; exit_code() { return 5; }; exit_code', runAsync: true },
    call(),
  );
  const following = engine.sessions.follow(box, 'one', cmdId, call());
  const chunks: JobChunk[] = [];
  for await (const chunk of following) {
    chunks.push(chunk);
    if (textOf(chunks, 'stdout') !== 'ask\n') continue;
    expect(await engine.sessions.command(box, 'one', cmdId, call())).not.toHaveProperty('exitCode');
    await engine.sessions.input(box, 'one', cmdId, Buffer.from('it\n'), call());
  }
  expect(textOf(chunks, 'stdout')).toBe('ask\ngot it\n');
  expect(await engine.sessions.command(box, 'one', cmdId, call())).toMatchObject({ exitCode: 5 });
  expect(textOf(await engine.sessions.logs(box, 'one', cmdId, call()), 'stdout')).toBe('ask\ngot it\n');
  await expect(engine.sessions.input(box, 'one', cmdId, Buffer.from('x'), call())).rejects.toMatchObject({
    code: 'command_ended',
  });
});

it('ends with its shell', async () => {
  await engine.sessions.create(box, 'short', call());
  expect(await run('short', 'exit 7')).toMatchObject({ exitCode: 7 });
  await expect(run('short', 'true')).rejects.toMatchObject({ code: 'session_ended' });
  await engine.sessions.delete(box, 'short', call());
  await expect(engine.sessions.get(box, 'short', call())).rejects.toMatchObject({
    code: 'session_not_found',
  });
});

it('lives on with a new owner, and is deleted with all that runs in it', async () => {
  await engine.sessions.exec(box, 'one', { command: 'sleep 432 & sleep 432', runAsync: true }, call());
  await engine.close({ sandboxes: 'keep' });
  engine = await openEngine(testEngineOptions(stateDir));
  expect((await engine.sessions.list(box, call())).map(({ sessionId }) => sessionId)).toEqual(['one']);
  await engine.sessions.delete(box, 'one', call());
  const { stdout } = await engine.exec.exec(box, { command: 'pgrep -fc "sleep 43[2]"' }, call());
  expect(stdout).toBe('0\n');
  expect(await engine.sessions.list(box, call())).toEqual([]);
});
