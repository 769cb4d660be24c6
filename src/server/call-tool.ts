/** One tool call from its arguments to its result: check, wait for the backend, run, log. */
import {
  type ExtraBlock,
  type Tool,
  type ToolCall,
  WithBlocks,
  type WorkReference,
} from '../../tools/define-tool.ts';
import type { FileLinks } from '../../tools/file-links.ts';
import type { HostAccess } from '../../tools/host-access.ts';
import type { Backend, CallContext } from '../backend/port.ts';
import type { Clock } from '../clock.ts';
import { toThawError } from '../errors.ts';
import { newRequestId } from '../ids.ts';
import type { Logger } from '../log.ts';
import { parseArguments } from './arguments.ts';
import type { CallLimit } from './call-limit.ts';
import { respondWith, respondWithError, type ToolResult } from './respond.ts';
import { carriesUntrusted } from './untrusted.ts';

/** Where calls get their backend: at once when it is there, else after a bounded wait, or a typed error. */
export type BackendSource = (context: CallContext) => Promise<Backend>;

export interface CallDependencies {
  readonly backend: BackendSource;
  readonly clock: Clock;
  readonly log: Logger;
  /** Files of the client's machine, where that is this one and its user allowed some. */
  readonly host?: HostAccess;
  /** Links to files of sandboxes, as this caller reaches them. */
  readonly links?: FileLinks;
}

interface Answered {
  readonly value: Record<string, unknown>;
  readonly blocks: readonly ExtraBlock[];
  readonly work: WorkReference | null;
}

/** What came of a call. */
export interface CallOutcome {
  readonly result: ToolResult;
  /** What goes on behind the result; null when nothing does. */
  readonly work: WorkReference | null;
}

/** What a handler gets. Waits for the backend. */
export async function openCall(
  context: CallContext,
  { backend, host, links }: CallDependencies,
): Promise<ToolCall> {
  return {
    backend: await backend(context),
    context,
    ...(host === undefined ? {} : { host }),
    ...(links === undefined ? {} : { links }),
  };
}

async function run(
  tool: Tool,
  given: unknown,
  context: CallContext,
  dependencies: CallDependencies,
): Promise<Answered> {
  const input = parseArguments(tool, given);
  const answer = await tool.handle(input, await openCall(context, dependencies));
  const [value, blocks] = answer instanceof WithBlocks ? [answer.value, answer.blocks] : [answer, []];
  // Clients refuse fields that the published schema does not know: parsing drops them.
  const parsed = tool.output.parse(value);
  return { value: parsed, blocks, work: tool.work?.begun(input, parsed) ?? null };
}

/** Never rejects: whatever is thrown becomes an error result. */
export async function callTool(
  tool: Tool,
  given: unknown,
  context: CallContext,
  limit: CallLimit,
  dependencies: CallDependencies,
): Promise<CallOutcome> {
  const { clock, log } = dependencies;
  const request = newRequestId();
  const startedMs = clock.monotonic();
  const facts = (): object => ({ request, tool: tool.name, ms: Math.round(clock.monotonic() - startedMs) });
  try {
    const answered = await limit.run(context.signal, () => run(tool, given, context, dependencies));
    log.debug(facts(), 'call answered');
    const { value, blocks, work } = answered;
    return { result: respondWith(value, { blocks, untrusted: carriesUntrusted(tool) }), work };
  } catch (thrown) {
    const error = toThawError(thrown);
    // Only a defect is worth its stack.
    if (error.code === 'internal') log.error({ ...facts(), err: error.cause ?? error }, 'call failed');
    else log.info({ ...facts(), code: error.code, reason: error.message }, 'call failed');
    return { result: respondWithError(error, request), work: null };
  }
}
