/** For every operation with journal steps: what leads up to it, and what it is. Shared by the owner that dies and the test. */
import type { CallContext } from '../../src/backend/port.ts';
import type { JournalStep } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';

const context: CallContext = { signal: new AbortController().signal };

/** The sandbox that the operation is done to. */
export const VICTIM = 'victim';
export const RESIZED_GIB = 0.75;
/** What its file `kept` holds before the operation, whatever becomes of the operation. */
export const CONTENT = 'kept through the crash\n';

const create = async (engine: Engine): Promise<void> => {
  await engine.lifecycle.create({ name: VICTIM }, context);
  await engine.files.write(VICTIM, { path: 'kept', content: CONTENT }, context);
};
const stop = (engine: Engine) => engine.lifecycle.stop(VICTIM, { force: true }, context);
const start = (engine: Engine) => engine.lifecycle.start(VICTIM, context);
const pause = (engine: Engine) => engine.lifecycle.pause(VICTIM, context);
const archive = (engine: Engine) => engine.archives.archive(VICTIM, context);

type Act = (engine: Engine) => Promise<unknown>;

/** What comes before the moment from which the owner may die, and what comes after it. */
export const scenarios: Readonly<Record<string, { readonly before: readonly Act[]; readonly act: Act }>> = {
  create: { before: [], act: (engine) => engine.lifecycle.create({ name: VICTIM }, context) },
  start: { before: [create, stop], act: start },
  stop: { before: [create], act: stop },
  pause: { before: [create], act: pause },
  resume: { before: [create, pause], act: (engine) => engine.lifecycle.resume(VICTIM, context) },
  resize: {
    before: [create],
    act: (engine) => engine.lifecycle.resize(VICTIM, { memory: RESIZED_GIB }, context),
  },
  recover: {
    before: [create, stop],
    act: (engine) => engine.lifecycle.recover(VICTIM, { skipStart: false }, context),
  },
  delete: { before: [create], act: (engine) => engine.lifecycle.delete(VICTIM, context) },
  fork: { before: [create], act: (engine) => engine.forks.fork(VICTIM, { names: ['copy'] }, context) },
  snapshot: { before: [create], act: (engine) => engine.snapshots.fromSandbox(VICTIM, 'shot', context) },
  backup: { before: [create], act: (engine) => engine.archives.backup(VICTIM, context) },
  archive: { before: [create, stop], act: archive },
  restore: { before: [create, stop, archive], act: start },
};

export const operationOf = (step: JournalStep): string => step.split('.')[0] ?? '';
