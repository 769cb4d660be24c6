/** Makes a template in the background, from its first record to a state that lasts. */
import { ThawError, toThawError } from '../../errors.ts';
import type { Making as RunningMaking } from '../build/makings.ts';
import type { EngineContext } from '../context.ts';
import type { ImageFacts } from '../docker/port.ts';
import type { SnapshotRecord } from '../store/records.ts';
import { makeImage, type TemplateSource } from './template-source.ts';

/** Longer lines are for the log. */
const MAX_PROGRESS_CHARACTERS = 200;

/** What the builder puts around all that a step writes to its standard error. */
const COLOURS = new RegExp(`${String.fromCodePoint(27)}\\[[0-9;]*m`, 'g');

function lastLine(text: string): string | null {
  const line = text.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return line === '' ? null : line.slice(0, MAX_PROGRESS_CHARACTERS);
}

/** Why it ended: what the daemon says of a request that was cut short tells less than who cut it. */
function causeOf(error: unknown, signal: AbortSignal): ThawError {
  const reason: unknown = signal.aborted ? signal.reason : error;
  return toThawError(reason);
}

/** What an image adds to the default snapshot's, when it was made of that; null for one with layers of its own alone. */
async function ownBytesOf(
  { docker, snapshots }: EngineContext,
  { layers, sizeBytes }: ImageFacts,
): Promise<number | null> {
  const base = await docker.inspectImage(snapshots.default.imageId);
  if (base === null || !base.layers.every((layer, index) => layers[index] === layer)) return null;
  return Math.max(0, sizeBytes - base.sizeBytes);
}

/** Removes what there is of a template's image, and the image that was pulled for it. Never throws. */
async function removeImages({ docker, log }: EngineContext, record: SnapshotRecord): Promise<void> {
  try {
    await docker.removeImage(record.image);
    if (record.pulled !== null) await docker.removeImage(record.pulled);
  } catch (error) {
    log.warn({ err: error, snapshot: record.name }, 'the image of a failed snapshot could not be removed');
  }
}

async function fail(context: EngineContext, record: SnapshotRecord, cause: ThawError): Promise<void> {
  const { snapshots, buildLogs, clock, log } = context;
  log.info({ snapshot: record.name, code: cause.code, reason: cause.message }, 'a snapshot was not made');
  await removeImages(context, record);
  const isTemplate = record.buildKey !== null;
  if (cause.code === 'cancelled' || isTemplate) {
    // The template of sandboxes is nobody's by name; its log belongs to the sandboxes that asked for it.
    snapshots.drop(record);
    if (!isTemplate) await buildLogs.remove(record.id);
    return;
  }
  const state = record.dockerfile === null ? 'error' : 'build_failed';
  snapshots.put({ ...record, pulled: null, state, errorReason: cause.message, updatedAt: clock.now() });
}

async function make(
  context: EngineContext,
  pending: SnapshotRecord,
  source: TemplateSource,
  signal: AbortSignal,
  onProgress: (message: string) => void,
): Promise<ThawError | null> {
  const { snapshots, snapshotSpace, docker, clock, buildLogs, makings } = context;
  let record = pending;
  const note = (change: Partial<SnapshotRecord>): void => {
    record = { ...record, ...change, updatedAt: clock.now() };
    snapshots.put(record);
  };
  const log = source.kind === 'dockerfile' ? buildLogs.open(pending.id) : null;
  let hasBegun = false;
  const onOutput = (coloured: string): void => {
    if (!hasBegun) context.onStep('template.building');
    hasBegun = true;
    const text = coloured.replace(COLOURS, '');
    log?.add(text);
    const line = lastLine(text);
    if (line !== null) onProgress(line);
  };
  try {
    const facts = await makings.whenFree(signal, async () => {
      await makeImage({ context, record, signal, note, onOutput }, source);
      context.onStep('template.made');
      return await docker.inspectImage(record.image);
    });
    signal.throwIfAborted();
    if (facts === null) throw new ThawError('engine_error', 'The image is gone right after it was made.');
    const { id: imageId, sizeBytes } = facts;
    const ownBytes = await ownBytesOf(context, facts);
    // Nobody knows before how large it becomes; its record counts nothing yet.
    snapshotSpace.require(ownBytes ?? sizeBytes);
    note({ state: 'active', imageId, sizeBytes, ownBytes });
    context.onStep('template.done');
    return null;
  } catch (error) {
    const cause = causeOf(error, signal);
    log?.add(`\n${cause.message}\n`);
    await fail(context, record, cause);
    return cause;
  } finally {
    await buildLogs.close(pending.id);
  }
}

export interface TemplateMaking extends RunningMaking {
  /** Null, or why there is no template. */
  readonly outcome: Promise<ThawError | null>;
}

/** Takes the record in and starts to make its image. */
export function startMaking(
  context: EngineContext,
  pending: SnapshotRecord,
  source: TemplateSource,
  onProgress: (message: string) => void,
): TemplateMaking {
  context.snapshots.put(pending);
  context.onStep('template.intent');
  let outcome: Promise<ThawError | null> = Promise.resolve(null);
  const making = context.makings.start(pending.id, async (signal) => {
    outcome = make(context, pending, source, signal, onProgress);
    await outcome;
  });
  context.background.run('make a snapshot', () => making.done);
  return { ...making, outcome };
}
