/** Carries a step of a random sequence out on an engine. */
import type { Engine } from '../../src/engine/options.ts';
import { isThawError } from '../../src/errors.ts';
import { call } from '../support/open-engine.ts';

import type { Step } from './model.ts';

/** The steps that are calls of the backend. */
export type Call = Exclude<
  Step,
  | { readonly op: 'die' | 'die unseen' }
  | { readonly op: 'replace owner' }
  | { readonly op: 'failing start' | 'hanging start' }
>;

/** The other steps happen to the sandbox: they are the test's own. */
export type Event = Exclude<Step, Call>;

const events: readonly string[] = [
  'die',
  'die unseen',
  'replace owner',
  'failing start',
  'hanging start',
] satisfies readonly Event['op'][];
export const isEvent = (step: Step): step is Event => events.includes(step.op);

export async function callEngine(engine: Engine, name: string, step: Call): Promise<void> {
  const { lifecycle, settings } = engine;
  switch (step.op) {
    case 'start':
      return void (await lifecycle.start(name, call()));
    case 'stop':
      return void (await lifecycle.stop(name, { force: step.force }, call()));
    case 'pause':
      return void (await lifecycle.pause(name, call()));
    case 'resume':
      return void (await lifecycle.resume(name, call()));
    case 'recover':
      return void (await lifecycle.recover(name, { skipStart: step.skipStart }, call()));
    case 'resize':
      return void (await lifecycle.resize(name, { cpu: step.cpu }, call()));
    case 'delete':
      return void (await lifecycle.delete(name, call()));
    case 'relabel':
      return void (await settings.setLabels(name, { at: 'any time' }, call()));
  }
}

/** The code of the error that `work` throws, or null. Anything but a ThawError is a defect and thrown on. */
export async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (!isThawError(error)) throw error;
    return error.code;
  }
}
