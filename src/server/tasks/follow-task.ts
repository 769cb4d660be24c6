/** How a task stands, and its end before its time: from its id to the work behind it. In no SDK's words. */
import type { Tool, ToolWork, WorkReference } from '../../../tools/define-tool.ts';
import type { CallContext } from '../../backend/port.ts';
import { toTimestamp } from '../../clock.ts';
import { ThawError, toThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import { openCall } from '../call-tool.ts';
import { checkPermission } from '../permission.ts';
import { respondWith, respondWithError, type ToolResult } from '../respond.ts';
import { contextOf, type McpServerDependencies } from '../tool-request.ts';
import { carriesUntrusted } from '../untrusted.ts';
import type { CreatedTask, DetailedTask } from './protocol.ts';
import type { TaskBook } from './task-book.ts';

const POLL_MS = 2_000;
/** One look, and one request to end, which waits for the end as long as the grace. */
const LOOK_MS = 20_000;

/** The id is of no task that this caller may see. */
export class UnknownTaskError extends Error {
  override readonly name = 'UnknownTaskError';
}

/** What a task with this work would be to a caller; null where calls do not become tasks. */
export function beginTask(
  tool: string,
  reference: WorkReference,
  { tasks, principal, clock }: McpServerDependencies,
): CreatedTask | null {
  if (tasks === undefined) return null;
  const createdMs = clock.now();
  return {
    resultType: 'task',
    taskId: tasks.seal({ tool, reference, createdMs }, principal),
    status: 'working',
    createdAt: toTimestamp(createdMs),
    lastUpdatedAt: toTimestamp(createdMs),
    ttlMs: null,
    pollIntervalMs: POLL_MS,
  };
}

interface Found {
  readonly book: TaskBook;
  readonly tool: Tool;
  readonly work: ToolWork<Tool['input'], Tool['output']>;
  readonly reference: WorkReference;
  readonly createdMs: number;
}

/** Throws UnknownTaskError, and `permission_denied` for a key that may not do what began the task. */
function find(id: string, { tasks, principal, catalogue, can }: McpServerDependencies): Found {
  const facts = tasks?.open(id, principal) ?? null;
  const tool = facts === null ? undefined : catalogue.find(facts.tool);
  if (tasks === undefined || facts === null || tool?.work === undefined)
    throw new UnknownTaskError('There is no such task of this caller.');
  if (can !== undefined) checkPermission(tool, can);
  return { book: tasks, tool, work: tool.work, reference: facts.reference, createdMs: facts.createdMs };
}

/** Runs `step` within its time. What says that something is not there becomes UnknownTaskError. */
async function within<T>(
  dependencies: McpServerDependencies,
  signal: AbortSignal,
  step: (context: CallContext) => Promise<T>,
): Promise<T> {
  const either = AbortSignal.any([signal, AbortSignal.timeout(LOOK_MS)]);
  try {
    return await step(contextOf(dependencies, either));
  } catch (thrown) {
    const error = toThawError(thrown);
    if (error.httpStatus === 404) throw new UnknownTaskError(`${error.message} ${error.next}`);
    throw error;
  }
}

/** What the call would have answered to a failure of the tool. Throws what may pass, for another look. */
function resultOf(error: ThawError, { log }: McpServerDependencies): ToolResult {
  if (error.retryable) throw error;
  const request = randomHex(4);
  if (error.code === 'internal') log.error({ request, err: error.cause ?? error }, 'a task failed');
  return respondWithError(error, request);
}

/** As it would have been on the wire, where the SDK says what kind of result it is. */
const whole = (result: ToolResult): ToolResult => ({ resultType: 'complete', ...result });

/** Throws UnknownTaskError, and a ThawError for what may pass. */
export async function getTask(
  id: string,
  dependencies: McpServerDependencies,
  signal: AbortSignal,
): Promise<DetailedTask> {
  const { book, tool, work, reference, createdMs } = find(id, dependencies);
  const now = toTimestamp(dependencies.clock.now());
  const base = { taskId: id, createdAt: toTimestamp(createdMs), ttlMs: null, pollIntervalMs: POLL_MS };
  try {
    const view = await within(dependencies, signal, async (context) =>
      work.look(reference, await openCall(context, dependencies)),
    );
    if (view.status === 'working')
      return { ...base, status: 'working', statusMessage: view.message, lastUpdatedAt: now };
    const lastUpdatedAt = view.endedAt ?? now;
    if (view.stopped && book.wasCancelled(id)) return { ...base, status: 'cancelled', lastUpdatedAt };
    const value = tool.output.parse(view.value);
    const result = respondWith(value, { blocks: [], untrusted: carriesUntrusted(tool) });
    return { ...base, status: 'completed', lastUpdatedAt, result: whole(result) };
  } catch (error) {
    if (!(error instanceof ThawError)) throw error;
    return { ...base, status: 'completed', lastUpdatedAt: now, result: whole(resultOf(error, dependencies)) };
  }
}

/** Throws UnknownTaskError. For who answers what a task never asked. */
export function requireTask(id: string, dependencies: McpServerDependencies): void {
  find(id, dependencies);
}

/** Asks the work to end; one that has ended stays as it is. Throws as `getTask`. */
export async function cancelTask(
  id: string,
  dependencies: McpServerDependencies,
  signal: AbortSignal,
): Promise<void> {
  const { book, work, reference } = find(id, dependencies);
  await within(dependencies, signal, async (context) => {
    const call = await openCall(context, dependencies);
    if ((await work.look(reference, call)).status !== 'working') return;
    book.noteCancelled(id);
    await work.cancel(reference, call);
  });
}
