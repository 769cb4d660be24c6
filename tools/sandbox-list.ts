/** sandbox_list: which sandboxes exist. */
import { z } from 'zod';
import { ListSandboxes, SandboxPage } from '../schemas/list-sandboxes.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_list',
  title: 'List sandboxes',
  description:
    'Lists sandboxes, newest first, 100 a page. Filters combine: id and name prefix, labels (all must match), states, snapshots. Answers a short form of each; sandbox_get has every field. Go on with cursor (nextCursor of the answer).',
  kind: 'read',
  group: 'lifecycle',
  input: ListSandboxes,
  output: SandboxPage.extend({ backend: z.string().describe('embedded, or the address of the API') }),
  handle: async (input, { backend, context }) => ({
    ...(await requireGroup(backend, 'lifecycle').list(input, context)),
    backend: backend.apiUrl ?? backend.kind,
  }),
});
