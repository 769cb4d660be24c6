/** Interpreters, terminals and streams of files, on every backend that has a toolbox for them. */
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { ExecutionOutcome, type InterpreterEvent } from '../../../schemas/code.ts';
import { FileFacts } from '../../../schemas/file-system.ts';
import { SandboxPlaces, SystemMetrics } from '../../../schemas/system.ts';
import { Terminal } from '../../../schemas/terminals.ts';
import { call, type Suite } from './types.ts';

const HOME = '/home/daytona';
/** A picture of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const SHOW_PIXEL = `import base64
class Pixel:
    def _repr_png_(self): return base64.b64decode('${PIXEL}')
Pixel()`;

function describeInterpreters({ backend, sandbox }: Suite): void {
  const run = async (code: string, more: { contextId?: string; timeoutSeconds?: number } = {}) => {
    const events: InterpreterEvent[] = [];
    const take = (event: InterpreterEvent): void => void events.push(event);
    const outcome = await backend().interpreters.execute(sandbox(), { code, ...more }, take, call());
    const text = (type: 'stdout' | 'stderr'): string =>
      events.flatMap((event) => (event.type === type ? [event.text] : [])).join('');
    return {
      outcome: ExecutionOutcome.parse(outcome),
      events,
      stdout: text('stdout'),
      stderr: text('stderr'),
    };
  };

  it('code keeps its state, tells its streams apart, and what it shows', async () => {
    expect((await run('x = 20')).outcome).toMatchObject({ status: 'completed', language: 'python' });
    const second = await run('import sys\nprint(x + 1)\nprint("no", file=sys.stderr)');
    expect(second).toMatchObject({ stdout: '21\n', stderr: 'no\n', outcome: { contextIsNew: false } });
    expect((await run('x * 2')).events).toContainEqual({ type: 'result', text: '40' });
    expect((await run(SHOW_PIXEL)).events).toContainEqual(
      expect.objectContaining({ type: 'result', image: { mimeType: 'image/png', data: PIXEL } }),
    );
  });

  it('code that fails, takes too long or is given up says so', async () => {
    const failed = await run('1 / 0');
    expect(failed.outcome.status).toBe('failed');
    expect(failed.events.at(-1)).toMatchObject({ type: 'error', name: 'ZeroDivisionError' });
    const late = await run('print("before", flush=True)\nwhile True: pass', { timeoutSeconds: 1 });
    expect(late).toMatchObject({ stdout: 'before\n', outcome: { status: 'timed_out' } });
    const controller = new AbortController();
    const running = backend().interpreters.execute(
      sandbox(),
      { code: 'print("begun", flush=True)\nwhile True: pass' },
      () => controller.abort(),
      call(controller.signal),
    );
    await expect(running).rejects.toMatchObject({ code: 'cancelled' });
    expect((await run('print("goes on")')).stdout).toBe('goes on\n');
  });

  it('contexts are apart from each other, in two languages, and are deleted', async () => {
    const { interpreters } = backend();
    const made = await interpreters.create(sandbox(), { language: 'python', cwd: '/tmp' }, call());
    expect(made).toMatchObject({ language: 'python', cwd: '/tmp', isDefault: false });
    const contextId = made.id;
    const seen = await run('import os; print(os.getcwd(), "x" in globals())', { contextId });
    expect(seen).toMatchObject({ stdout: '/tmp False\n', outcome: { contextId, contextIsNew: false } });
    expect((await interpreters.list(sandbox(), call())).map(({ id }) => id)).toContain(contextId);
    expect(await interpreters.delete(sandbox(), contextId, call())).toMatchObject({ id: contextId });
    await expect(run('1', { contextId })).rejects.toMatchObject({ code: 'context_not_found' });
    await expect(interpreters.delete(sandbox(), contextId, call())).rejects.toMatchObject({
      code: 'context_not_found',
    });
    const script = (code: string) =>
      interpreters.execute(sandbox(), { code, language: 'javascript' }, () => undefined, call());
    const first = await script('let y = 1');
    expect(first).toMatchObject({ status: 'completed', language: 'javascript', contextIsNew: true });
    expect(await script('if (y !== 1) throw new Error()')).toMatchObject({
      status: 'completed',
      contextIsNew: false,
      contextId: first.contextId,
    });
  });
}

function describeTerminals({ backend, sandbox }: Suite): void {
  it('terminals are made, typed into, resized, left and ended', async () => {
    const { terminals } = backend();
    const id = 'contract-terminal';
    const made = await terminals.create(sandbox(), { id, cols: 90, rows: 30, cwd: '/tmp' }, call());
    expect(Terminal.parse(made)).toMatchObject({ id, cols: 90, rows: 30, active: true });
    await expect(terminals.create(sandbox(), { id }, call())).rejects.toMatchObject({
      code: 'terminal_exists',
    });
    expect(await terminals.resize(sandbox(), id, { cols: 120, rows: 40 }, call())).toMatchObject({
      cols: 120,
    });
    const left = await terminals.connect(sandbox(), id, call());
    left.close();
    const connection = await terminals.connect(sandbox(), id, call());
    await connection.write(Buffer.from('stty size; pwd; exit 5\n'));
    const chunks: Buffer[] = [];
    for await (const chunk of connection.output) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toMatch(/40 120\r\n\/tmp\r\n/);
    expect(await connection.exited).toMatchObject({ exitCode: 5 });
    expect((await terminals.list(sandbox(), call())).map((one) => one.id)).toContain(id);
    await expect(terminals.resize(sandbox(), id, { cols: 10, rows: 10 }, call())).rejects.toMatchObject({
      code: 'terminal_ended',
    });
    await terminals.delete(sandbox(), id, call());
    await expect(terminals.get(sandbox(), id, call())).rejects.toMatchObject({ code: 'terminal_not_found' });
    await expect(terminals.connect(sandbox(), id, call())).rejects.toMatchObject({
      code: 'terminal_not_found',
    });
  });
}

const PIECE = Buffer.alloc(1024 * 1024, 'a piece of a file ');
/** More than what a transfer holds anywhere on its way. */
const MANY = 20;
const FEW = 9;

async function* pieces(count: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < count; n += 1) yield await Promise.resolve(PIECE);
}

async function digest(chunks: AsyncIterable<Buffer>): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex');
}

function describeFileSystem({ backend, sandbox }: Suite): void {
  it('files of any size go up and down as streams', async () => {
    const { fileSystem } = backend();
    const path = `${HOME}/streams/large`;
    const sizeBytes = PIECE.length * FEW;
    expect(await fileSystem.upload(sandbox(), { path, mode: '0640' }, pieces(FEW), call())).toEqual({
      path,
      sizeBytes,
    });
    const { facts, chunks } = await fileSystem.download(sandbox(), 'streams/large', call());
    expect(FileFacts.parse(facts)).toMatchObject({
      path,
      name: 'large',
      type: 'file',
      sizeBytes,
      mode: 0o640,
    });
    expect(await digest(chunks)).toBe(await digest(pieces(FEW)));
    const given = await fileSystem.download(sandbox(), path, call());
    given.cancel();
  });

  it('an upload whose content fails changes nothing, and says what failed', async () => {
    const { fileSystem } = backend();
    const path = `${HOME}/streams/kept`;
    await backend().files.write(sandbox(), { path, content: 'kept' }, call());
    async function* broken(): AsyncGenerator<Buffer> {
      yield* pieces(FEW);
      throw new Error('the disk of the caller failed');
    }
    await expect(fileSystem.upload(sandbox(), { path }, broken(), call())).rejects.toThrow(
      'the disk of the caller failed',
    );
    expect(await fileSystem.info(sandbox(), path, call())).toMatchObject({ sizeBytes: 4 });
  });

  it('files are listed, moved, changed and removed', async () => {
    const { fileSystem } = backend();
    const root = `${HOME}/things`;
    await fileSystem.makeFolder(sandbox(), { path: `${root}/a/b`, mode: '0700' }, call());
    await backend().files.write(sandbox(), { path: `${root}/a/one`, content: 'old text, old words' }, call());
    const listed = await fileSystem.list(sandbox(), { path: root, depth: 3 }, call());
    expect(listed.entries.map(({ path, type }) => `${path} ${type}`)).toEqual([
      `${root}/a directory`,
      `${root}/a/b directory`,
      `${root}/a/one file`,
    ]);
    const [replaced] = await fileSystem.replace(
      sandbox(),
      { files: [`${root}/a/one`], pattern: 'old', newValue: 'new' },
      call(),
    );
    expect(replaced).toMatchObject({ file: `${root}/a/one`, error: null });
    await fileSystem.move(sandbox(), { source: `${root}/a/one`, destination: `${root}/two` }, call());
    await fileSystem.setPermissions(sandbox(), { path: `${root}/two`, mode: '0600' }, call());
    expect(await fileSystem.info(sandbox(), `${root}/two`, call())).toMatchObject({ mode: 0o600 });
    expect(await backend().files.read(sandbox(), { path: `${root}/two` }, call())).toMatchObject({
      content: 'new text, new words',
    });
    await expect(fileSystem.remove(sandbox(), { path: `${root}/a` }, call())).rejects.toMatchObject({
      code: 'is_a_directory',
    });
    await fileSystem.remove(sandbox(), { path: root, recursive: true }, call());
    await expect(fileSystem.info(sandbox(), root, call())).rejects.toMatchObject({ code: 'file_not_found' });
    await expect(fileSystem.download(sandbox(), root, call())).rejects.toMatchObject({
      code: 'file_not_found',
    });
    await expect(
      fileSystem.upload(sandbox(), { path: '/etc/of-suite' }, pieces(MANY), call()),
    ).rejects.toMatchObject({ code: 'permission_denied' });
  });

  it('tells its places and what it uses', async () => {
    const { system } = backend();
    expect(SandboxPlaces.parse(await system.places(sandbox(), call()))).toMatchObject({ home: HOME });
    const metrics = SystemMetrics.parse(await system.metrics(sandbox(), call()));
    expect(metrics.memTotal).toBeGreaterThan(metrics.memUsed);
  });
}

export function describeRunning(suite: Suite): void {
  describeInterpreters(suite);
  describeTerminals(suite);
  describeFileSystem(suite);
}
