/** sandbox_write_file: makes, replaces or extends a file. */
import { z } from 'zod';
import { WriteFile, WrittenFile } from '../schemas/files.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_write_file',
  title: 'Write a file',
  description:
    'Writes a file in a started sandbox, up to 10 MiB: replaces it atomically, or adds to its end with append. Missing parent directories are made. Binary content goes as base64 with encoding "base64". Next: sandbox_exec to run it.',
  kind: 'write',
  group: 'files',
  input: z.strictObject({ sandbox: SandboxRef, ...WriteFile.shape }),
  output: WrittenFile,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'files').write(sandbox, request, context),
});
