/** The wire of the tasks extension (`io.modelcontextprotocol/tasks`, revision 2026-07-28): shapes, and who speaks it. */
import { z } from 'zod';
import type { ToolResult } from '../respond.ts';

export const TASKS_EXTENSION = 'io.modelcontextprotocol/tasks';
/** For `requiredCapabilities` of the error that tells a client what it lacks. */
export const tasksCapability = { extensions: { [TASKS_EXTENSION]: {} } };

const CLIENT_CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const Declaring = z.looseObject({
  [CLIENT_CAPABILITIES]: z.looseObject({
    extensions: z.looseObject({ [TASKS_EXTENSION]: z.looseObject({}) }),
  }),
});

/** Whether a request says that its client follows tasks. `envelope` is the protocol's part of its `_meta`. */
export const followsTasks = (envelope: unknown): boolean => Declaring.safeParse(envelope).success;

export const TaskParams = z.looseObject({ taskId: z.string().min(1) });
export const UpdateParams = TaskParams.extend({
  inputResponses: z.record(z.string(), z.unknown()).optional(),
});

interface TaskBase {
  readonly taskId: string;
  readonly statusMessage?: string;
  readonly createdAt: string;
  readonly lastUpdatedAt: string;
  /** Null: for as long as the sandbox keeps what the task is about. */
  readonly ttlMs: number | null;
  readonly pollIntervalMs: number;
  readonly [key: string]: unknown;
}

/** Thaw asks clients for nothing, so no task of it is ever `input_required`. */
export type DetailedTask = TaskBase &
  (
    | { readonly status: 'working' | 'cancelled' }
    | { readonly status: 'completed'; readonly result: ToolResult }
  );

export type CreatedTask = TaskBase & { readonly resultType: 'task'; readonly status: 'working' };
