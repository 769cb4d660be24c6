/** What the toolbox of the API has and Thaw does not offer: language servers and computer use, told by a clear 501. */
import { ThawError } from '../../errors.ts';
import type { ToolboxMethod, ToolboxRoute } from './route.ts';

const refuse = (what: string, next: string) => (): Promise<never> =>
  Promise.reject(new ThawError('unsupported_by_backend', `Thaw does not offer ${what}. ${next}`));

const lsp = refuse('language servers', 'Run one in the sandbox by a process or a PTY session.');
const computerUse = refuse('computer use', 'Its sandboxes have no desktop.');

const METHODS: readonly ToolboxMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** As deep as the paths of the document go. */
const TAILS = ['', '/{a}', '/{a}/{b}', '/{a}/{b}/{c}'];

export const notOfferedRoutes: readonly ToolboxRoute[] = (
  [
    ['/lsp', lsp],
    ['/computeruse', computerUse],
  ] as const
).flatMap(([path, handle]) =>
  TAILS.flatMap((tail) =>
    METHODS.map((method) => ({ method, path: `${path}${tail}`, handle, readOnly: true })),
  ),
);
