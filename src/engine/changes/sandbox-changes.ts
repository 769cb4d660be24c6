/**
 * Compares the files of a sandbox with its snapshot or its fork point. The host reads them, from the overlay's own
 * directories: nothing that a sandbox could have changed is run, and no container is made.
 */
import { normalize } from 'node:path/posix';
import type { DiffSandbox, SandboxDiff } from '../../../schemas/changes.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { requireHostFiles, withStillFiles } from '../difference/still-files.ts';
import type { DifferenceReader } from '../host/port.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { askOfImage, compareTrees, type Difference } from './compare.ts';
import { isWithin } from './entry.ts';
import { forkPointOf } from './fork-point.ts';
import { leftOutOf } from './left-out.ts';
import { readTree } from './read-tree.ts';
import { MAX_SHOWN_BYTES, reportChanges } from './report.ts';

/** Of what one side is compared by its bytes. */
const BOUNDS = { fileBytes: MAX_SHOWN_BYTES, contentBytes: 64 * 1024 * 1024 } as const;
const DEADLINE_MS = 60_000;
const NOTHING: Difference = new Map();

const FITTING: ReadonlySet<string> = new Set(['started', 'paused', 'stopped']);

function requireFiles({ record: { name, state } }: ManagedSandbox): void {
  if (FITTING.has(state)) return;
  throw new ThawError('state_conflict', `Sandbox ${name} is ${state}; its files are not at hand.`, {
    next: 'Call sandbox_start first.',
  });
}

/** Reads all of a stream; ends the reading half-way when the caller gives up or the deadline is over. */
async function treeFrom(reader: DifferenceReader, signal: AbortSignal): Promise<Difference> {
  const abort = (): void => reader.abort();
  signal.addEventListener('abort', abort, { once: true });
  if (signal.aborted) abort();
  try {
    const tree = await readTree(reader.chunks);
    await reader.finished;
    return tree;
  } catch (error) {
    reader.abort();
    signal.throwIfAborted();
    // How the program ended says more than that its stream did.
    await reader.finished;
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const wordsFor = (asked: ReadonlyMap<string, 'alone' | 'below'>): Buffer =>
  Buffer.from(
    [...asked].map(([path, extent]) => `${extent === 'below' ? '*' : '='}${path}\0`).join(''),
    'latin1',
  );

/** Keeps what is at `top` or below it, and what leads there. */
const near = (difference: Difference, top: string): Difference =>
  new Map([...difference].filter(([path]) => isWithin(path, top) || isWithin(top, path)));

interface Compared {
  readonly top: string;
  readonly before: Difference;
  readonly after: Difference;
  readonly image: Difference;
}

function requireTop({ top, before, after, image }: Compared, path: string): void {
  const exists = [before, after, image].some((tree) => (tree.get(top)?.kind ?? 'deleted') !== 'deleted');
  if (top === '' || exists) return;
  throw new ThawError('file_not_found', `There is no ${path} in the sandbox, and there was none.`, {
    next: 'Check the path with sandbox_list_files; links on the way to it are not followed.',
  });
}

async function compare(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: DiffSandbox,
  signal: AbortSignal,
): Promise<SandboxDiff> {
  const files = requireHostFiles(context);
  const path = normalize(request.path ?? '/').replace(/(?<=.)\/$/, '');
  const topText = path.replace(/^\/+/, '');
  const top = Buffer.from(topText, 'utf8').toString('latin1');
  const before = request.since === 'fork' ? near(await forkPointOf(context, sandbox), top) : NOTHING;
  const { result, pausedMs } = await withStillFiles(
    context,
    sandbox,
    async ({ upper, lowers, heldBytes }) => {
      const reader = await files.show(upper, topText, BOUNDS, heldBytes);
      const reading = treeFrom(reader, signal);
      reading.catch(() => undefined);
      await reader.taken;
      return { lowers, reading };
    },
  );
  const { lowers } = result;
  const after = await result.reading;
  const asked = askOfImage(before, after);
  if (top !== '' && !asked.has(top)) asked.set(top, 'alone');
  const image = await treeFrom(await files.showImage(lowers, wordsFor(asked), BOUNDS), signal);
  const compared = { top, before, after, image };
  requireTop(compared, path);
  const isLeftOut = leftOutOf(sandbox.record);
  const changes = compareTrees(before, after, image).filter(
    (change) => isWithin(change.path, top) && !isLeftOut(change.path),
  );
  return await reportChanges(changes, { ...request, path }, pausedMs, signal);
}

/** Throws `state_conflict`, `busy`, `file_not_found`, `unsupported`, `timeout`, `cancelled`, `engine_error`. */
export async function diffSandbox(
  context: EngineContext,
  sandbox: ManagedSandbox,
  request: DiffSandbox,
  call: CallContext,
): Promise<SandboxDiff> {
  requireFiles(sandbox);
  return await sandbox.exclusive('diff', async () => {
    requireFiles(sandbox);
    const deadline = AbortSignal.timeout(DEADLINE_MS);
    try {
      return await compare(context, sandbox, request, AbortSignal.any([call.signal, deadline]));
    } catch (error) {
      if (call.signal.aborted) throw new ThawError('cancelled', 'The comparison was cancelled.');
      if (!deadline.aborted) throw error;
      throw new ThawError('timeout', 'Comparing the files took too long.', {
        cause: error,
        next: 'Give a path, so that fewer are compared.',
      });
    }
  });
}
