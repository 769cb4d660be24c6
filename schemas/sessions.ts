/** Toolbox sessions: long-lived shells that run one command after another and keep directory and variables. */
import { z } from 'zod';

export const SessionId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\0/]+$/, 'must not contain a slash');

/** `exitCode` is absent while it runs. */
export const SessionCommand = z.object({
  id: z.string(),
  command: z.string(),
  exitCode: z.number().int().optional(),
});
export type SessionCommand = z.infer<typeof SessionCommand>;

export const Session = z.object({ sessionId: z.string(), commands: z.array(SessionCommand) });
export type Session = z.infer<typeof Session>;

export const SessionExec = z.object({
  command: z.string().min(1).max(1_000_000),
  /** Answer at once. */
  runAsync: z.boolean().optional(),
});
export type SessionExec = z.infer<typeof SessionExec>;
