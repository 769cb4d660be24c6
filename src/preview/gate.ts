/** Lets a request in or says why not: routing, credentials, and the state of the sandbox, which may be woken. */
import type { IncomingMessage } from 'node:http';
import type { PreviewBase } from '../backend/preview-address.ts';
import type { PreviewGrant, PreviewTarget } from '../backend/preview-target.ts';
import type { Clock } from '../clock.ts';
import { isThawError, toThawError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { authCookie, presentedBy } from './credentials.ts';
import type { Forwarding } from './headers.ts';
import { wantsPage } from './page.ts';
import { type Problem, problems, stateProblem } from './problem.ts';
import { type Route, routeOf } from './route.ts';

/** Restoring an archived sandbox takes seconds; browsers wait that long. */
const WAKE_MS = 30_000;

export interface GateParts {
  readonly base: PreviewBase;
  readonly target: () => PreviewTarget | null;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface Entry extends Forwarding {
  readonly target: PreviewTarget;
  /** Sent along with the response; null when the browser needs none. */
  readonly cookie: string | null;
  /** Whether the same request would be let in now. */
  readonly isStillAllowed: () => boolean;
}

export type Decision =
  | { readonly kind: 'enter'; readonly entry: Entry }
  | { readonly kind: 'redirect'; readonly location: string; readonly cookie: string | null }
  | { readonly kind: 'refuse'; readonly problem: Problem };

const refuse = (problem: Problem): Decision => ({ kind: 'refuse', problem });

/** At rest, or on the way up: several requests wait for one start. */
const WAKEABLE: ReadonlySet<string> = new Set([
  'stopped',
  'paused',
  'archived',
  'starting',
  'resuming',
  'restoring',
]);

async function wake(
  grant: PreviewGrant,
  target: PreviewTarget,
  { clock, log }: GateParts,
): Promise<PreviewGrant | Problem> {
  let cancel = (): void => undefined;
  const late = new Promise<Problem>((resolve) => {
    cancel = clock.schedule(WAKE_MS, () => resolve(problems.not_ready));
  });
  try {
    return await Promise.race([target.wake(grant), late]);
  } catch (error) {
    if (isThawError(error, 'busy')) return { ...problems.not_ready, message: 'The sandbox is busy.' };
    log.warn({ err: error, sandbox: grant.sandboxId }, 'a sandbox could not be woken for its preview');
    return { ...stateProblem(grant.state), message: toThawError(error).message };
  } finally {
    cancel();
  }
}

/** Opening a page with the token in its address: the token is put into a cookie and leaves the address. */
const opensPage = ({ method, headers }: IncomingMessage, route: Route, { proof }: PreviewGrant): boolean =>
  proof === 'query' &&
  route.style === 'host' &&
  (method === 'GET' || method === 'HEAD') &&
  headers.upgrade === undefined &&
  wantsPage(headers.accept);

/** Whether the framing of the request is beyond doubt. */
function isClear({ headers, rawHeaders }: IncomingMessage): boolean {
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') return false;
  const lengths = rawHeaders.filter(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'content-length',
  );
  return lengths.length <= 1 && (lengths.length === 0 || coding === undefined);
}

async function admit(request: IncomingMessage, found: Route, parts: GateParts): Promise<Decision> {
  const { base } = parts;
  const target = parts.target();
  if (target === null) return refuse(problems.not_ready);
  const { credentials, path } = presentedBy(request.headers, found);
  const route: Route = { ...found, path };
  const admission = target.admit(route.address, credentials);
  if (admission.kind !== 'granted') return refuse(problems[admission.kind]);
  let { grant } = admission;
  let cookie: string | null = null;
  const renewCookie = (): void => {
    const { sandboxId } = grant;
    cookie = route.style === 'host' ? authCookie(sandboxId, target.token(sandboxId), base.scheme) : null;
  };
  if (opensPage(request, route, grant)) {
    renewCookie();
    const scheme = base.scheme;
    return { kind: 'redirect', location: `${scheme}://${route.host}${route.path}`, cookie };
  }
  let allowed = credentials;
  if (grant.wakes && WAKEABLE.has(grant.state)) {
    const woken = await wake(grant, target, parts);
    if ('code' in woken) return refuse(woken);
    grant = woken;
    // The start ended the token that this request came with.
    if (grant.proof === 'cookie') renewCookie();
    allowed = { ...credentials, header: target.token(grant.sandboxId) };
  }
  if (grant.state !== 'started') return refuse(stateProblem(grant.state));
  const isStillAllowed = (): boolean => target.admit(route.address, allowed).kind === 'granted';
  return { kind: 'enter', entry: { target, route, grant, base, cookie, isStillAllowed } };
}

/** Throws ThawError only for defects. */
export async function decide(request: IncomingMessage, parts: GateParts): Promise<Decision> {
  if (!isClear(request)) return refuse(problems.bad_request);
  const routing = routeOf({ url: request.url ?? '', rawHeaders: request.rawHeaders }, parts.base);
  switch (routing.kind) {
    case 'preview':
      return await admit(request, routing.route, parts);
    case 'add_slash':
      return { kind: 'redirect', location: routing.location, cookie: null };
    case 'bad_request':
    case 'unknown_host':
    case 'no_preview':
    default:
      return refuse(problems[routing.kind]);
  }
}
