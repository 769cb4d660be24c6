/** sandbox_exec: runs a shell command and answers what came of it. */
import { z } from 'zod';
import { ExecRequest, ExecResult } from '../schemas/exec.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_exec',
  title: 'Run a command',
  description:
    'Runs a shell command in a started sandbox and waits for its end. A non-zero exitCode is a result, not an error. Each call is a new shell: pass cwd and env again, or chain with &&. After timeoutSeconds (default 30, at most 45) the whole process group is killed, status is timed_out and the output so far is kept. For longer work start it in the background (`nohup CMD >log 2>&1 &`) and read the log. Output beyond maxOutputBytes a stream loses its middle; redirect to a file and use sandbox_read_file to see all.',
  kind: 'execute',
  group: 'exec',
  input: z.strictObject({ sandbox: SandboxRef, ...ExecRequest.shape }),
  output: ExecResult,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'exec').exec(sandbox, request, context),
});
