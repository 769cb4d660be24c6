/** sandbox_read_file: a file's content, whole or some of its lines. */
import { z } from 'zod';
import { FileContent, ReadFile } from '../schemas/files.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_read_file',
  title: 'Read a file',
  description:
    'Reads a file of a started sandbox, up to 10 MiB. Text comes as it is, anything else as base64 (see encoding). For long text give offset (first line, from 1) and limit (number of lines); totalLines says how many there are.',
  kind: 'read',
  group: 'files',
  input: z.strictObject({ sandbox: SandboxRef, ...ReadFile.shape }),
  output: FileContent,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'files').read(sandbox, request, context),
});
