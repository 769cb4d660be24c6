/** sandbox_exec_output: a part of what a command printed, which may still run. */
import { z } from 'zod';
import { ExecId, JobText, OutputEncoding, ReadJob } from '../schemas/jobs.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { jobText } from '../src/content/job-text.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_exec_output',
  title: 'Output of a command',
  description:
    'Answers output and status of a command that sandbox_exec left running, or that ended: from cursor (0 is its start; go on with nextCursor) or the last tailBytes. At least the last 128 MiB are kept. Without new output it waits up to waitSeconds.',
  kind: 'read',
  group: 'jobs',
  input: z.strictObject({
    sandbox: SandboxRef,
    execId: ExecId,
    ...ReadJob.shape,
    encoding: OutputEncoding,
  }),
  output: JobText,
  async handle({ sandbox, execId, encoding = 'utf8', ...query }, { backend, context }) {
    const output = await requireGroup(backend, 'jobs').read(sandbox, execId, query, context);
    return jobText(output, encoding);
  },
});
