/** Tools of a connection that works with one sandbox: without the argument that names it, and without those that reach others. */
import { z } from 'zod';
import type { Tool, WorkReference } from '../../tools/define-tool.ts';
import { ThawError } from '../errors.ts';

const ARGUMENT = 'sandbox';
/** Tell of other sandboxes, or make them, which such a connection could not use. */
const elsewhere: ReadonlySet<Tool['group']> = new Set<Tool['group']>(['forks']);

/** Work of the one sandbox: what belongs to another does not exist here. */
function scopeWork(work: NonNullable<Tool['work']>, sandbox: string): NonNullable<Tool['work']> {
  const check = (reference: WorkReference): void => {
    if (reference[ARGUMENT] === sandbox) return;
    throw new ThawError('job_not_found', 'There is no such work in this sandbox.');
  };
  return {
    begun: (input, result) => work.begun({ ...input, [ARGUMENT]: sandbox }, result),
    look: async (reference, call) => {
      check(reference);
      return await work.look(reference, call);
    },
    cancel: async (reference, call) => {
      check(reference);
      await work.cancel(reference, call);
    },
  };
}

/** The tool with `sandbox` set, or null when it works on something else. */
export function scopeToSandbox(tool: Tool, sandbox: string): Tool | null {
  const { [ARGUMENT]: argument, ...rest } = tool.input.shape;
  if (argument === undefined || elsewhere.has(tool.group)) return null;
  const { work } = tool;
  return {
    ...tool,
    input: z.strictObject(rest),
    handle: (input, call) => tool.handle({ ...input, [ARGUMENT]: sandbox }, call),
    ...(work === undefined ? {} : { work: scopeWork(work, sandbox) }),
  };
}
