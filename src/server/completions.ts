/** Completion of arguments: names of sandboxes, and paths in them, in no SDK's words. */
import { type CallContext, requireGroup } from '../backend/port.ts';
import { isThawError } from '../errors.ts';
import { offersResources, sandboxNames } from './resources.ts';
import type { McpServerDependencies } from './tool-request.ts';

/** The protocol's bound. */
const MAX_VALUES = 100;

export interface CompletionRequest {
  readonly argument: string;
  readonly value: string;
  /** The other arguments that are known already. */
  readonly others: Readonly<Record<string, string>>;
}

export interface Completion {
  readonly values: string[];
  readonly total: number;
  readonly hasMore: boolean;
}

function bounded(values: readonly string[]): Completion {
  return {
    values: values.slice(0, MAX_VALUES),
    total: values.length,
    hasMore: values.length > MAX_VALUES,
  };
}

/** What begins with `typed` in the directory that it names. */
async function paths(
  dependencies: McpServerDependencies,
  sandbox: string,
  typed: string,
  context: CallContext,
): Promise<readonly string[]> {
  const directory = typed.slice(0, typed.lastIndexOf('/') + 1);
  const files = requireGroup(await dependencies.backend(context), 'files');
  const { entries } = await files.list(sandbox, { path: `/${directory.replace(/^\/+/, '')}` }, context);
  return entries
    .map(({ path, type }) => `${directory}${path}${type === 'directory' ? '/' : ''}`)
    .filter((path) => path.startsWith(typed));
}

/** Completing is a help: what cannot be looked up completes to nothing. */
export async function complete(
  dependencies: McpServerDependencies,
  { argument, value, others }: CompletionRequest,
  context: CallContext,
): Promise<Completion> {
  try {
    if (argument === 'sandbox') return bounded(await sandboxNames(dependencies, value, context));
    const sandbox = dependencies.catalogue.sandbox ?? others['sandbox'];
    if (argument !== 'path' || sandbox === undefined || !offersResources(dependencies)) return bounded([]);
    return bounded(await paths(dependencies, sandbox, value, context));
  } catch (error) {
    if (isThawError(error)) return bounded([]);
    throw error;
  }
}
