/** sandbox_list_files: what is in a directory. */
import { z } from 'zod';
import { FileListing, ListFiles } from '../schemas/files.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_list_files',
  title: 'List files',
  description:
    "Lists a directory of a started sandbox in name order, by default one level of the user's home. depth goes further down; links are not followed. When truncated is true, list a subdirectory or use sandbox_exec with find.",
  kind: 'read',
  group: 'files',
  input: z.strictObject({ sandbox: SandboxRef, ...ListFiles.shape }),
  output: FileListing,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'files').list(sandbox, request, context),
});
