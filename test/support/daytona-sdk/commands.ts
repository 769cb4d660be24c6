/** Commands, code in three languages, sessions, terminals and interpreters, through Daytona's SDK. */
import { expect, it } from 'vitest';
import { matplotlibPackages, unpackCommand } from '../matplotlib.ts';
import type { SdkSandbox } from './sdk-types.ts';
import type { Stage } from './stage.ts';

const CHARTS = `
import matplotlib.pyplot as plt
plt.plot([1, 2, 3], [4, 5, 6], label='growth')
plt.title('A line')
plt.xlabel('x')
plt.show()
plt.bar(['a', 'b'], [1, 2])
plt.title('Some bars')
plt.show()
print('drawn')
`;

const OUT = '\u0001'.repeat(3);
const ERR = '\u0002'.repeat(3);
const PIECE = '\u0000';

/**
 * The standard output in the log of a session's command. Three bytes name the stream before each piece, and one
 * stream's text may come in several pieces, with the other's between them.
 */
const standardOutput = (log: string): string =>
  log
    .replaceAll(OUT, `${PIECE}${OUT}`)
    .replaceAll(ERR, `${PIECE}${ERR}`)
    .split(PIECE)
    .filter((piece) => !piece.startsWith(ERR))
    .map((piece) => piece.replace(OUT, ''))
    .join('');

async function runIn(stage: Stage, language: string, code: string): Promise<string> {
  const { daytona } = stage();
  const sandbox: SdkSandbox = await daytona.create({ language });
  try {
    const { exitCode, result } = await sandbox.process.codeRun(code);
    expect(exitCode, result).toBe(0);
    return result.trim();
  } finally {
    await sandbox.delete();
  }
}

export function commandTests(stage: Stage): void {
  it('runs commands with a directory and an environment, and tells their status', async () => {
    const { box } = stage();
    const ran = await box.process.executeCommand('echo "$A in $(pwd)"; echo oops >&2; exit 3', '/tmp', {
      A: 'b',
    });
    expect(ran.exitCode).toBe(3);
    expect(ran.result).toContain('b in /tmp');
    expect(ran.result).toContain('oops');
  });

  it('runs Python with arguments and an environment', async () => {
    const { box } = stage();
    const code = 'import os, sys\nprint(sys.argv[1:], os.environ["WHICH"])';
    const ran = await box.process.codeRun(code, { argv: ['one', 'two'], env: { WHICH: 'this' } });
    expect(ran).toMatchObject({ exitCode: 0 });
    expect(ran.result).toContain("['one', 'two'] this");
    const failed = await box.process.codeRun('raise ValueError("no good")');
    expect(failed.exitCode).not.toBe(0);
    expect(failed.result).toContain('no good');
  });

  it('keeps a session’s directory and environment, with both outputs of a command apart', async () => {
    const { process } = stage().box;
    const session = stage().name('session');
    await process.createSession(session);
    await process.executeSessionCommand(session, { command: 'cd /tmp && export KEPT=yes' });
    const ran = await process.executeSessionCommand(session, {
      command: 'pwd; echo "$KEPT"; echo problem >&2; false',
    });
    expect(ran.exitCode).toBe(1);
    expect(standardOutput(ran.output ?? '')).toBe('/tmp\nyes\n');
    const { id } = (await process.getSession(session)).commands?.at(-1) ?? { id: '' };
    expect(id).toBe(ran.cmdId);
    expect(await process.getSessionCommand(session, id)).toMatchObject({ exitCode: 1 });
    expect((await process.listSessions()).map(({ sessionId }) => sessionId)).toContain(session);
    await process.deleteSession(session);
    await expect(process.getSession(session)).rejects.toMatchObject({ statusCode: 404 });
  });

  it('runs a command of a session in the background and follows its output', async () => {
    const { process } = stage().box;
    const session = stage().name('background');
    await process.createSession(session);
    const { cmdId } = await process.executeSessionCommand(session, {
      command: 'for i in 1 2 3; do echo "out $i"; echo "err $i" >&2; sleep 0.1; done',
      runAsync: true,
    });
    const [out, err]: [string[], string[]] = [[], []];
    await process.getSessionCommandLogs(
      session,
      cmdId,
      (chunk) => out.push(chunk),
      (chunk) => err.push(chunk),
    );
    expect(out.join('')).toBe('out 1\nout 2\nout 3\n');
    expect(err.join('')).toBe('err 1\nerr 2\nerr 3\n');
    expect(await process.getSessionCommand(session, cmdId)).toMatchObject({ exitCode: 0 });
    await process.deleteSession(session);
  });
}

/** What old SDKs do otherwise or not at all. */
export function newCommandTests(stage: Stage): void {
  // The old SDK draws by a program of its own, which is for a Matplotlib newer than the distribution's.
  it('answers the charts that Python draws', async () => {
    const { daytona } = stage();
    const files = [...(await matplotlibPackages())];
    const sandbox = await daytona.create({ language: 'python', user: 'root' });
    await sandbox.fs.uploadFiles(
      files.map(([name, source]) => ({ source, destination: `/tmp/packages/${name}` })),
    );
    expect(await sandbox.process.executeCommand(unpackCommand('/tmp/packages'))).toMatchObject({
      exitCode: 0,
    });
    const { artifacts, exitCode, result } = await sandbox.process.codeRun(CHARTS);
    expect(exitCode, result).toBe(0);
    expect(artifacts?.stdout).toContain('drawn');
    expect(artifacts?.charts).toMatchObject([
      { type: 'line', title: 'A line' },
      { type: 'bar', title: 'Some bars' },
    ]);
    const png = Buffer.from(artifacts?.charts?.[0]?.png ?? '', 'base64');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    await sandbox.delete();
  });

  it('runs JavaScript and TypeScript', async () => {
    expect(await runIn(stage, 'javascript', 'console.log([1, 2].map((n) => n * 2).join())')).toBe('2,4');
    const typed = 'enum Size { Small = 3 }\nconst size: Size = Size.Small;\nconsole.log(`size ${size}`);';
    expect(await runIn(stage, 'typescript', typed)).toBe('size 3');
  });

  it('answers the outputs of a session’s command apart, and takes its input', async () => {
    const { process } = stage().box;
    const session = stage().name('input');
    await process.createSession(session);
    const { cmdId } = await process.executeSessionCommand(session, {
      command: 'read line; echo "got $line"; echo done >&2',
      runAsync: true,
    });
    await process.sendSessionCommandInput(session, cmdId, 'something\n');
    await expect
      .poll(async () => (await process.getSessionCommand(session, cmdId)).exitCode, { timeout: 10_000 })
      .toBe(0);
    const logs = await process.getSessionCommandLogs(session, cmdId);
    // The SDK's own flag says whether input is echoed; what the command printed is there in any case.
    expect(logs.stdout).toContain('got something\n');
    expect(logs.stderr).toBe('done\n');
    await expect(process.sendSessionCommandInput(session, cmdId, 'late\n')).rejects.toMatchObject({
      statusCode: 410,
    });
    await process.deleteSession(session);
  });

  it('opens a terminal, types, resizes and reads its exit code', async () => {
    const { process } = stage().box;
    const id = stage().name('pty');
    let shown = '';
    const onData = (data: Uint8Array): void => {
      shown += Buffer.from(data).toString();
    };
    const pty = await process.createPty({ id, cols: 90, rows: 30, envs: { TERM: 'xterm' }, onData });
    await pty.waitForConnection();
    expect(await process.getPtySessionInfo(id)).toMatchObject({ id, cols: 90, rows: 30 });
    await pty.resize(120, 40);
    await pty.sendInput('stty size; echo "it is" $((40 + 2))\n');
    await expect.poll(() => shown, { timeout: 10_000 }).toMatch(/40 120[\s\S]*it is 42/);
    expect((await process.listPtySessions()).map((session) => session.id)).toContain(id);
    await pty.sendInput('exit 5\n');
    expect((await pty.wait()).exitCode).toBe(5);
    const other = await process.createPty({ id: `${id}-killed`, onData });
    await other.waitForConnection();
    await process.killPtySession(`${id}-killed`);
    await other.disconnect();
  });

  it('keeps the state of an interpreter, and tells errors with their traceback', async () => {
    const { codeInterpreter } = stage().box;
    await codeInterpreter.runCode('x = 20');
    const seen: string[] = [];
    const ran = await codeInterpreter.runCode('print(x + 1)', {
      onStdout: ({ output }) => seen.push(output),
    });
    expect(ran).toMatchObject({ stdout: '21\n', stderr: '' });
    expect(seen.join('')).toBe('21\n');
    const failed = await codeInterpreter.runCode('1 / 0');
    expect(failed.error).toMatchObject({ name: 'ZeroDivisionError', value: 'division by zero' });
    expect(failed.error?.traceback).toContain('Traceback');
    const context = await codeInterpreter.createContext('/tmp');
    expect(
      (await codeInterpreter.runCode('import os; print(os.getcwd(), "x" in globals())', { context })).stdout,
    ).toBe('/tmp False\n');
    expect((await codeInterpreter.listContexts()).map(({ id }) => id)).toContain(context.id);
    await codeInterpreter.deleteContext(context);
  });
}
