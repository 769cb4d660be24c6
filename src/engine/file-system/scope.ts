/** What file operations of a sandbox need: its agent, and the scope of its user. */
import type { FileFacts } from '../../../schemas/file-system.ts';
import type { CallContext } from '../../backend/port.ts';
import type { AgentConnection, FileScope, GuestStat } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { touch } from '../exec/run-program.ts';
import { startDirectory } from '../exec/start-directory.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';

export interface FileAccess {
  readonly context: EngineContext;
  readonly sandbox: ManagedSandbox;
  readonly call: CallContext;
  readonly agent: AgentConnection;
  readonly scope: FileScope;
}

/** Throws what `requireGuest` throws. */
export async function accessFiles(
  context: EngineContext,
  name: string,
  call: CallContext,
): Promise<FileAccess> {
  const sandbox = context.registry.find(name, call);
  const { agent } = await requireGuest(context, sandbox);
  touch(context, sandbox, call);
  const { user } = sandbox.record;
  const cwd = startDirectory(context, sandbox.record, user);
  const scope = { user, signal: call.signal, ...(cwd === undefined ? {} : { cwd }) };
  return { context, sandbox, call, agent, scope };
}

/** Where relative paths begin, absolute. */
export async function workDirectory({ agent, scope }: FileAccess): Promise<string> {
  return (await agent.list('.', { depth: 1, maxEntries: 1 }, scope)).resolvedPath;
}

/** Without `.`, `..` and doubled slashes; links are left as they are. */
export function resolvePath(start: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${start}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

export function toFacts(path: string, { type, sizeBytes, mode, uid, gid, modifiedMs }: GuestStat): FileFacts {
  return { path, name: path.split('/').at(-1) || '/', type, sizeBytes, mode, uid, gid, modifiedMs };
}
