/** Values as servers of all versions send them: what may be absent has a default, what is wrong is refused. */
import { z } from 'zod';
import { toTimestamp } from '../../clock.ts';

/** Any form of a time that JavaScript reads, in the API's own form. */
export const Moment = z.string().transform((text, check) => {
  const ms = Date.parse(text);
  if (!Number.isNaN(ms)) return toTimestamp(ms);
  check.addIssue({ code: 'custom', message: 'is no time' });
  return z.NEVER;
});

export const MaybeMoment = Moment.nullish().transform((value) => value ?? null);

export const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value): z.output<Schema> | null => value ?? null);

/** `fallback` for what is absent or null. */
export const orElse = <Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) =>
  schema.nullish().transform((value): z.output<Schema> => value ?? fallback);

/** One of `choices`, or `other` for the word of a newer server. */
export const wordOf = <const Choice extends string>(choices: readonly Choice[], other: NoInfer<Choice>) =>
  z.string().transform((word) => choices.find((choice) => choice === word) ?? other);

/** Of an organization that a server does not name. */
export const NO_ORGANIZATION = '00000000-0000-0000-0000-000000000000';

/** Of a record whose server tells no times. */
export const NO_TIME = toTimestamp(0);
