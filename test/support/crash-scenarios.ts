/** For every operation with journal steps: what leads up to it, and what it is. Shared by the owner that dies and the test. */
import type { CallContext } from '../../src/backend/port.ts';
import type { JournalStep } from '../../src/engine/lifecycle/steps.ts';
import type { Engine } from '../../src/engine/options.ts';

const context: CallContext = { signal: new AbortController().signal };

/** The sandbox that the operation is done to. */
export const VICTIM = 'victim';
/** The snapshot that is made of a Dockerfile. */
export const TEMPLATE = 'template';
export const RESIZED_GIB = 0.75;
/** What its file `kept` holds before the operation, whatever becomes of the operation. */
export const CONTENT = 'kept through the crash\n';

const VOLUME = 'shared';
/** Where the victim of a fork, an archive or a restore has the volume; `kept` is in there, too. */
export const MOUNT_PATH = '/mnt/shared';

const createVolume = (engine: Engine) => engine.volumes.create({ name: VOLUME }, context);
const create = async (engine: Engine): Promise<void> => {
  await engine.lifecycle.create({ name: VICTIM }, context);
  await engine.files.write(VICTIM, { path: 'kept', content: CONTENT }, context);
};
/** Whatever makes a container for it anew must mount the volume again. */
const createWithVolume = async (engine: Engine): Promise<void> => {
  await createVolume(engine);
  const volumes = [{ volumeId: VOLUME, mountPath: MOUNT_PATH }];
  await engine.lifecycle.create({ name: VICTIM, volumes }, context);
  for (const path of ['kept', `${MOUNT_PATH}/kept`])
    await engine.files.write(VICTIM, { path, content: CONTENT }, context);
};
const stop = (engine: Engine) => engine.lifecycle.stop(VICTIM, { force: true }, context);
const start = (engine: Engine) => engine.lifecycle.start(VICTIM, context);
const pause = (engine: Engine) => engine.lifecycle.pause(VICTIM, context);
const archive = (engine: Engine) => engine.archives.archive(VICTIM, context);

/** What an image is built of in them: two steps of which the first runs a command. */
const dockerfileContent = (engine: Engine): string =>
  `FROM ${engine.status().snapshot}\nRUN echo built > /built\nENV A=b\n`;

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
  fork: {
    before: [createWithVolume],
    act: (engine) => engine.forks.fork(VICTIM, { names: ['copy'] }, context),
  },
  snapshot: { before: [create], act: (engine) => engine.snapshots.fromSandbox(VICTIM, 'shot', context) },
  template: {
    before: [],
    act: (engine) =>
      engine.snapshots.create(
        { name: TEMPLATE, buildInfo: { dockerfileContent: dockerfileContent(engine) } },
        context,
      ),
  },
  build: {
    before: [],
    act: (engine) =>
      engine.lifecycle.create(
        { name: VICTIM, buildInfo: { dockerfileContent: dockerfileContent(engine) } },
        context,
      ),
  },
  backup: { before: [create], act: (engine) => engine.archives.backup(VICTIM, context) },
  archive: { before: [createWithVolume, stop], act: archive },
  restore: { before: [createWithVolume, stop, archive], act: start },
  'volume-create': { before: [], act: createVolume },
  'volume-delete': { before: [createVolume], act: (engine) => engine.volumes.delete(VOLUME, context) },
  network: {
    before: [create],
    act: (engine) => engine.network.set(VICTIM, { networkBlockAll: true }, context),
  },
};

/** The volumes that must be there after a crash at a step. */
export function expectedVolumes(step: JournalStep): readonly string[] {
  if (step === 'volume-create.done') return [VOLUME];
  return ['fork', 'archive', 'restore'].includes(operationOf(step)) ? [VOLUME] : [];
}

export const operationOf = (step: JournalStep): string => step.split('.')[0] ?? '';
