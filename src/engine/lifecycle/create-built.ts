/** Creating a sandbox whose template is built first: the record is there at once, the container when the image is. */
import type { BuildWithContext } from '../../../schemas/build.ts';
import type { CreateSandbox } from '../../../schemas/create-sandbox.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError, toThawError } from '../../errors.ts';
import { newSandboxId } from '../../ids.ts';
import { releaseBuild, type Templates } from '../build/templates.ts';
import type { EngineContext } from '../context.ts';
import type { Caller } from '../organizations.ts';
import type { Pools } from '../pool/pools.ts';
import type { Snapshot } from '../snapshot/snapshots.ts';
import type { SandboxRecord } from '../store/records.ts';
import { waitUpTo } from '../wait-up-to.ts';
import { type Creation, forget, launch } from './create.ts';
import { fail } from './fail.ts';
import { move } from './move.ts';
import { defaultUser, newRecord } from './new-record.ts';
import { type Run, runToEnd } from './operation.ts';

interface Parts {
  readonly context: EngineContext;
  readonly pools: Pools;
  readonly templates: Templates;
}

/** Null when there is no image, which the record then says. */
async function buildTemplate(
  { context, templates }: Parts,
  run: Run,
  build: BuildWithContext,
  call: CallContext,
): Promise<Snapshot | null> {
  const { registry, snapshots } = context;
  const { sandbox, signal } = run;
  const { dockerfileContent: dockerfile } = build;
  move(context, sandbox, 'build_began');
  try {
    const onJoined = (id: string): void => registry.update(sandbox, { build: { id, dockerfile } });
    const both = AbortSignal.any([signal, call.signal]);
    const { id } = await templates.build(build, onJoined, call.progress ?? (() => undefined), both);
    run.check();
    const snapshot = snapshots.resolveId(id);
    move(context, sandbox, 'built', { snapshot: snapshot.name, imageId: snapshot.imageId });
    run.step('build.built');
    return snapshot;
  } catch (error) {
    run.check();
    if (call.signal.aborted) throw error;
    if (signal.aborted)
      throw new ThawError('state_conflict', `Sandbox ${sandbox.record.name} was deleted while it was built.`);
    run.settle('build_failed', { errorReason: toThawError(error).message });
    return null;
  }
}

async function buildAndLaunch(
  parts: Parts,
  run: Run,
  input: CreateSandbox & { readonly buildInfo: BuildWithContext },
  call: CallContext,
): Promise<void> {
  const { context, pools } = parts;
  const { sandbox } = run;
  const snapshot = await buildTemplate(parts, run, input.buildInfo, call);
  if (snapshot === null) return;
  move(context, sandbox, 'placed');
  const pool = pools.for(snapshot);
  const guest = await pool.yieldTo(() => launch(context, run, snapshot, input, call.signal, 'build.running'));
  run.attach(guest);
  run.settle('started', { user: input.user ?? defaultUser(context, snapshot) });
  run.step('build.done');
}

function pendingRecord(context: EngineContext, input: CreateSandbox, caller: Caller): SandboxRecord {
  const nothingYet = { name: '', imageId: '' };
  return { ...newRecord(context, newSandboxId(), input, nothingYet, caller), state: 'pending_build' };
}

/**
 * Answers when the sandbox runs, when its image could not be built, or after a while; then the build goes on. A caller
 * who goes away before takes the creation back. `input` is checked already. Throws `cancelled`, and what the start met.
 */
export async function createBuilt(
  parts: Parts,
  input: CreateSandbox & { readonly buildInfo: BuildWithContext },
  caller: CallContext,
): Promise<Creation> {
  const { context } = parts;
  const { progress } = caller;
  const { store, registry, clock, background } = context;
  const record = pendingRecord(context, input, caller);
  store.transaction(() => {
    store.putSandbox(record);
    store.putJournal(record.id, 'create', 'build.intent', clock.now());
  });
  const sandbox = registry.add(record);
  context.onStep('build.intent');
  // The caller's signal ends with its call, the build does not.
  const leaving = new AbortController();
  const call: CallContext = { signal: leaving.signal, ...(progress === undefined ? {} : { progress }) };
  let failure: ThawError | null = null;
  let isAnswered = false;
  /** What failed before the answer leaves no sandbox, as with every create; later the record tells. */
  const onFailure = async (error: unknown): Promise<void> => {
    if (isAnswered) {
      await fail(context, sandbox, error);
      return;
    }
    forget(context, sandbox);
    await releaseBuild(context, sandbox.record);
  };
  const work = sandbox
    .exclusive('create', () =>
      runToEnd(context, sandbox, (run) => buildAndLaunch(parts, run, input, call), onFailure),
    )
    .catch((error: unknown) => {
      failure = toThawError(error);
    });
  background.run('build a sandbox', () => work);
  await waitUpTo(context, work, caller, () => leaving.abort());
  isAnswered = true;
  if (failure !== null) throw failure;
  return { sandbox, startedFrom: 'cold' };
}
