/**
 * Creating a sandbox. Servers answer `creating` and go on, so this waits; and servers ignore fields that they do not
 * know, so what protects is looked for in the answer.
 */
import type { CreatedSandbox, CreateSandbox } from '../../../schemas/create-sandbox.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import { cleanText } from '../clean-text.ts';
import { toCancelled } from '../connection-errors.ts';
import type { RemoteContext } from '../context.ts';
import { waitFor, waitLimit } from '../wait-for.ts';
import { toSandbox, WireSandbox } from '../wire/sandbox.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { fetchSandbox } from './fetch.ts';

const operation = {
  name: 'createSandbox',
  codes: { 404: 'invalid_argument', 409: 'name_conflict' },
} as const;

/** How long a creation that nobody wants any more may take to be undone. */
const UNDO_LIMIT_MS = 15_000;

/** States that a creation goes through; anything else ends the wait. */
const passing: ReadonlySet<WireSandbox['state']> = new Set([
  'creating',
  'starting',
  'unknown',
  'pulling_snapshot',
  'restoring',
  'pending_build',
  'building_snapshot',
  'resuming',
]);

const same = (asked: string | undefined, got: string | null | undefined): boolean =>
  asked === undefined || asked.trim() === '' || (got ?? '') !== '';

/** The protective fields that the answer does not show. */
function ignoredFields(input: CreateSandbox, { ...got }: WireSandbox): string[] {
  return [
    ...(input.networkBlockAll === true && !got.networkBlockAll ? ['networkBlockAll'] : []),
    ...(same(input.networkAllowList, got.networkAllowList) ? [] : ['networkAllowList']),
    ...(same(input.domainAllowList, got.domainAllowList) ? [] : ['domainAllowList']),
    ...((input.ttlMinutes ?? 0) > 0 && got.autoDestroyAt === null ? ['ttlMinutes'] : []),
  ];
}

async function remove({ api }: RemoteContext, id: string): Promise<void> {
  const signal = AbortSignal.any([]);
  const undo = { name: 'deleteSandbox', retryConflict: true, timeoutMs: UNDO_LIMIT_MS };
  try {
    await api.call(undo, WireSandbox.nullable(), { signal }, (init) =>
      api.client.DELETE('/sandbox/{sandboxIdOrName}', { params: { path: { sandboxIdOrName: id } }, ...init }),
    );
  } catch (error) {
    api.log.warn({ err: error, sandbox: id }, 'an unwanted sandbox could not be deleted');
  }
}

function post({ api }: RemoteContext, input: CreateSandbox): Promise<WireSandbox> {
  const { target } = api.settings;
  const body = { ...(target === null ? {} : { target }), ...input };
  // Not the caller's signal: a server that is cut off in the middle may have made a sandbox that nobody knows.
  return api.call(operation, WireSandbox, { signal: AbortSignal.any([]) }, (init) =>
    api.client.POST('/sandbox', { body: withoutUndefined(body), ...init }),
  );
}

async function check(remote: RemoteContext, input: CreateSandbox, made: WireSandbox): Promise<WireSandbox> {
  if (ignoredFields(input, made).length === 0) return made;
  // The first answer of a create may lack what a look shows.
  const seen = await fetchSandbox(remote, made.id, { signal: AbortSignal.any([]) });
  const ignored = ignoredFields(input, seen);
  if (ignored.length === 0) return seen;
  throw new ThawError(
    'unsupported_by_backend',
    `The server at ${new URL(remote.api.settings.apiUrl).origin} ignores ${ignored.join(', ')}: it is older than that. The sandbox was deleted again.`,
    { next: `Leave ${ignored.join(', ')} out, or use a newer server.` },
  );
}

function failIfBroken({ api }: RemoteContext, sandbox: WireSandbox): void {
  if (sandbox.state !== 'error') return;
  const why = cleanText(sandbox.errorReason ?? 'it gave no reason', [api.settings.token]);
  throw new ThawError('backend_error', `The server could not start sandbox ${sandbox.id}: ${why}`, {
    next: 'Delete it with sandbox_delete and create another; sandbox_recover if it is recoverable.',
    context: { sandbox: sandbox.id, recoverable: sandbox.recoverable },
  });
}

export async function createSandbox(
  remote: RemoteContext,
  input: CreateSandbox,
  context: CallContext,
): Promise<CreatedSandbox> {
  const { clock } = remote.api;
  const startedMs = clock.monotonic();
  const until = waitLimit(remote);
  if (context.signal.aborted) throw toCancelled(operation.name);
  const answer = await post(remote, input);
  let sandbox: WireSandbox;
  try {
    if (context.signal.aborted) throw toCancelled(operation.name);
    const isDone = ({ state }: WireSandbox): boolean => !passing.has(state);
    const settled = await waitFor(remote, answer, { until, isDone }, context);
    if (settled === null) {
      throw new ThawError(
        'sandbox_not_found',
        `Sandbox ${answer.id} was deleted while it was being created.`,
      );
    }
    sandbox = await check(remote, input, settled);
  } catch (error) {
    await remove(remote, answer.id);
    throw error;
  }
  failIfBroken(remote, sandbox);
  remote.places.learn(sandbox.id, sandbox);
  return {
    ...toSandbox(sandbox),
    // Only a claim from a pool is answered as started (a Thaw server says it itself).
    startedFrom: sandbox.startedFrom ?? answer.startedFrom ?? (answer.state === 'started' ? 'warm' : 'cold'),
    tookMs: Math.round((clock.monotonic() - startedMs) * 1000) / 1000,
  };
}
