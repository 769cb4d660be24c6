/** One tool call from its arguments to its result: check, wait for the backend, run, log. */
import { type ExtraBlock, type Tool, WithBlocks } from '../../tools/define-tool.ts';
import type { FileLinks } from '../../tools/file-links.ts';
import type { HostAccess } from '../../tools/host-access.ts';
import type { Backend, CallContext } from '../backend/port.ts';
import type { Clock } from '../clock.ts';
import { toThawError } from '../errors.ts';
import { randomHex } from '../ids.ts';
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
}

async function run(
  tool: Tool,
  given: unknown,
  context: CallContext,
  { backend, host, links }: CallDependencies,
): Promise<Answered> {
  const input = parseArguments(tool.input, given);
  const call = {
    backend: await backend(context),
    context,
    ...(host === undefined ? {} : { host }),
    ...(links === undefined ? {} : { links }),
  };
  const answer = await tool.handle(input, call);
  const [value, blocks] = answer instanceof WithBlocks ? [answer.value, answer.blocks] : [answer, []];
  // Clients refuse fields that the published schema does not know: parsing drops them.
  return { value: tool.output.parse(value), blocks };
}

/** Never rejects: whatever is thrown becomes an error result. */
export async function callTool(
  tool: Tool,
  given: unknown,
  context: CallContext,
  limit: CallLimit,
  dependencies: CallDependencies,
): Promise<ToolResult> {
  const { clock, log } = dependencies;
  const request = randomHex(4);
  const startedMs = clock.monotonic();
  const facts = (): object => ({ request, tool: tool.name, ms: Math.round(clock.monotonic() - startedMs) });
  try {
    const { value, blocks } = await limit.run(context.signal, () => run(tool, given, context, dependencies));
    log.debug(facts(), 'call answered');
    return respondWith(value, { blocks, untrusted: carriesUntrusted(tool) });
  } catch (thrown) {
    const error = toThawError(thrown);
    // Only a defect is worth its stack.
    if (error.code === 'internal') log.error({ ...facts(), err: error.cause ?? error }, 'call failed');
    else log.info({ ...facts(), code: error.code, reason: error.message }, 'call failed');
    return respondWithError(error, request);
  }
}
