/** Tools of a connection that works with one sandbox: without the argument that names it, and without those that reach others. */
import { z } from 'zod';
import type { Tool } from '../../tools/define-tool.ts';

const ARGUMENT = 'sandbox';
/** Tell of other sandboxes, or make them, which such a connection could not use. */
const elsewhere: ReadonlySet<Tool['group']> = new Set<Tool['group']>(['forks']);

/** The tool with `sandbox` set, or null when it works on something else. */
export function scopeToSandbox(tool: Tool, sandbox: string): Tool | null {
  const { [ARGUMENT]: argument, ...rest } = tool.input.shape;
  if (argument === undefined || elsewhere.has(tool.group)) return null;
  return {
    ...tool,
    input: z.strictObject(rest),
    handle: (input, call) => tool.handle({ ...input, [ARGUMENT]: sandbox }, call),
  };
}
