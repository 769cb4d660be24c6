/** sandbox_exec_input: feeds a command that runs in the background. */
import { z } from 'zod';
import { ExecId, InputJob, Job } from '../schemas/jobs.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_exec_input',
  title: 'Input for a command',
  description:
    'Writes to the stdin of a command that was started with background, and ends it with close. Add the newline that a line needs.',
  kind: 'execute',
  group: 'jobs',
  input: z.strictObject({ sandbox: SandboxRef, execId: ExecId, ...InputJob.shape }),
  output: Job,
  handle: ({ sandbox, execId, data = '', encoding = 'utf8', close = false }, { backend, context }) =>
    requireGroup(backend, 'jobs').write(
      sandbox,
      execId,
      { data: Buffer.from(data, encoding), close },
      context,
    ),
});
