/**
 * The official client of the tasks extension, pinned, in a cache directory, and what carries its requests to an owner: each
 * as a request of 2026-07-28 by HTTP, with the headers that the protocol wants.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fetchModern, readReplies } from './mcp-http-fixture.ts';
import type { OwnerHttp } from './owner-http.ts';
import { installPinned } from './pinned-packages.ts';

const packages = {
  '@modelcontextprotocol/ext-tasks': '0.2.2',
  '@modelcontextprotocol/client': '2.4.0',
  zod: '4.6.7',
};

/** What the tests use of it, by its own declarations. */
export interface TaskOutcome {
  readonly status: 'completed' | 'failed' | 'cancelled';
  readonly result?: {
    readonly isError?: boolean;
    readonly structuredContent?: Readonly<Record<string, unknown>>;
  };
}

export interface TaskReference {
  readonly taskId: string;
}

export interface ToolExecution {
  readonly kind: 'immediate' | 'task';
  settle(): Promise<{ readonly outcome: TaskOutcome }>;
  cancel(): Promise<void>;
  serializeReference(): TaskReference;
  detach(): Promise<void>;
}

export interface TaskSession {
  callTool(name: string, args: Readonly<Record<string, unknown>>): Promise<ToolExecution>;
  resumeTask(reference: TaskReference): Promise<ToolExecution>;
  close(): Promise<void>;
}

interface TasksModule {
  withTasks(port: object): TaskSession;
}

const isTasksModule = (value: unknown): value is TasksModule =>
  typeof value === 'object' &&
  value !== null &&
  'withTasks' in value &&
  typeof value.withTasks === 'function';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Sends what the client wants sent, and says what came back as the client's port wants it said. */
async function dispatch({ url, key }: OwnerHttp, request: unknown): Promise<object> {
  if (!isObject(request) || typeof request['method'] !== 'string') throw new Error('no request');
  const params = isObject(request['params']) ? request['params'] : {};
  const meta = isObject(params['_meta']) ? params['_meta'] : {};
  const { taskId } = params;
  const headers: Record<string, string> = typeof taskId === 'string' ? { 'mcp-name': taskId } : {};
  const response = await fetchModern(new URL(`${url}/mcp`), key, {
    method: request['method'],
    params,
    meta,
    headers,
  });
  const replies = readReplies(response.headers.get('content-type'), await response.text());
  const { result, error } = replies.at(-1) ?? {};
  return error === undefined ? { kind: 'result', result } : { kind: 'error', error };
}

/** Installs it when it is not there. */
export async function openTaskSession(http: OwnerHttp): Promise<TaskSession> {
  const directory = await installPinned('ext-tasks', packages);
  const file = join(directory, 'node_modules/@modelcontextprotocol/ext-tasks/dist/client/index.js');
  const loaded: unknown = await import(pathToFileURL(file).href);
  if (!isTasksModule(loaded)) throw new Error('the package has no withTasks');
  const never = (): (() => void) => () => undefined;
  return loaded.withTasks({
    endpointId: 'thaw-test',
    taskCapabilities: { generation: 'v2', capabilities: {} },
    dispatch: (request: unknown) => dispatch(http, request),
    onServerRequest: never,
    onNotification: never,
    onInvalidated: never,
    invalidated: false,
  });
}
