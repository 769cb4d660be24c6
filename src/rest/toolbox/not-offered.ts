/**
 * What the toolbox of the API has and Thaw does not offer: language servers and computer use. Mostly a clear 501; where
 * the API has a code for just this (no language server was started, there is no accessibility service), that code.
 */
import { ThawError } from '../../errors.ts';
import { problem, Refusal } from './problem.ts';
import type { ToolboxMethod, ToolboxRoute } from './route.ts';

type Handle = () => Promise<never>;

const NO_LSP = 'Thaw does not offer language servers. Run one in the sandbox by a process or a PTY session.';
const NO_DESKTOP = 'Thaw does not offer computer use. Its sandboxes have no desktop.';

const refuse =
  (message: string): Handle =>
  () =>
    Promise.reject(new ThawError('unsupported_by_backend', message));

const refuseAs =
  (status: number, code: string, message: string): Handle =>
  () =>
    Promise.reject(new Refusal(problem(status, message, code)));

const METHODS: readonly ToolboxMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** As deep as the paths of the document go. */
const TAILS = ['', '/{a}', '/{a}/{b}', '/{a}/{b}/{c}'];

const all = (path: string, handle: Handle, tails = TAILS): ToolboxRoute[] =>
  tails.flatMap((tail) =>
    METHODS.map((method) => ({ method, path: `${path}${tail}`, handle, readOnly: true })),
  );

const notStarted = refuseAs(400, 'LSP_SERVER_NOT_INITIALIZED', `No language server is started: ${NO_LSP}`);
/** What asks a language server for something, so that one has to be there. */
const ASK = ['did-open', 'did-close', 'completions', 'document-symbols', 'workspacesymbols'];

export const notOfferedRoutes: readonly ToolboxRoute[] = [
  ...all('/lsp', refuse(NO_LSP)),
  ...ASK.flatMap((what) => all(`/lsp/${what}`, notStarted, [''])),
  ...all('/computeruse', refuse(NO_DESKTOP)),
  ...all(
    '/computeruse/a11y',
    refuseAs(503, 'A11Y_UNAVAILABLE', `There is no accessibility service: ${NO_DESKTOP}`),
    TAILS.slice(1, 3),
  ),
];
