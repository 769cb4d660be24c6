/** sandbox_exec_stop: signals a command that runs on, and its children. */
import { z } from 'zod';
import { ExecId, Job, StopJob } from '../schemas/jobs.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_exec_stop',
  title: 'Stop a command',
  description:
    'Signals the process group of a command that runs, waits for its end and answers it; what ignores the signal is killed after graceSeconds. One that ended already is answered as it is.',
  kind: 'destroy',
  group: 'jobs',
  input: z.strictObject({ sandbox: SandboxRef, execId: ExecId, ...StopJob.shape }),
  output: Job,
  handle: ({ sandbox, execId, ...how }, { backend, context }) =>
    requireGroup(backend, 'jobs').stop(sandbox, execId, how, context),
});
