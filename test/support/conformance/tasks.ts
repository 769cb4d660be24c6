/**
 * Tools that the conformance suite follows as tasks. They are ordinary tools of Thaw whose work goes on behind the call, so
 * that what is tested is Thaw's own way of making tasks of calls.
 */
import { z } from 'zod';
import { systemClock } from '../../../src/clock.ts';
import { ThawError } from '../../../src/errors.ts';
import { defineTool, type Tool, type ToolWork, type WorkReference } from '../../../tools/define-tool.ts';

const Said = z.object({ text: z.string() });
const FAILS_AFTER_SECONDS = 1;

/** Those that were cancelled, by when they began and what they were called. */
const cancelled = new Set<string>();
const keyOf = (reference: WorkReference): string => JSON.stringify(reference);

/** Work that ends so many seconds after it began, as `end` says. */
const timed = <Input extends z.ZodObject>(
  secondsOf: (input: z.output<Input>) => number,
  end: () => z.output<typeof Said>,
): ToolWork<Input, typeof Said> => ({
  begun(input) {
    const seconds = secondsOf(input);
    return seconds === 0 ? null : { untilMs: systemClock.now() + seconds * 1000, seconds };
  },
  async look(reference) {
    const stopped = cancelled.has(keyOf(reference));
    const isOver = systemClock.now() >= Number(reference['untilMs']);
    if (!stopped && !isOver) return { status: 'working', message: 'It works.' };
    return { status: 'completed', value: end(), endedAt: null, stopped };
  },
  async cancel(reference) {
    cancelled.add(keyOf(reference));
  },
});

const fixture = { kind: 'read', group: 'system', output: Said } as const;

const SlowInput = z.strictObject({ seconds: z.number().min(0), label: z.string().optional() });

/** Also `confirm_delete`, which never asks: Thaw asks clients for nothing. */
export const taskTools: readonly Tool[] = [
  defineTool({
    ...fixture,
    name: 'greet',
    title: 'Greet',
    description: 'Greets at once.',
    input: z.strictObject({ name: z.string() }),
    handle: async ({ name }) => ({ text: `Hello, ${name}!` }),
  }),
  defineTool({
    ...fixture,
    name: 'slow_compute',
    title: 'Compute slowly',
    description: 'Takes so many seconds.',
    input: SlowInput,
    work: timed<typeof SlowInput>(
      ({ seconds }) => seconds,
      () => ({ text: 'Computed.' }),
    ),
    handle: async () => ({ text: 'It began.' }),
  }),
  defineTool({
    ...fixture,
    name: 'failing_job',
    title: 'Fail',
    description: 'Fails after a second.',
    input: z.strictObject({}),
    work: timed<z.ZodObject>(
      () => FAILS_AFTER_SECONDS,
      () => {
        throw new ThawError('state_conflict', 'It was meant to fail.');
      },
    ),
    handle: async () => ({ text: 'It began.' }),
  }),
  defineTool({
    ...fixture,
    name: 'confirm_delete',
    title: 'Delete',
    description: 'Deletes nothing, without asking.',
    input: z.strictObject({ filename: z.string() }),
    handle: async ({ filename }) => ({ text: `${filename} was never there.` }),
  }),
];
