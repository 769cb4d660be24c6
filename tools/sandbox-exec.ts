/** sandbox_exec: runs a shell command and answers what came of it. */
import { z } from 'zod';
import { ExecRequest, ExecResult } from '../schemas/exec.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { harmlessText } from '../src/content/harmless-text.ts';
import { defineTool } from './define-tool.ts';
import * as work from './sandbox-exec-work.ts';

export default defineTool({
  name: 'sandbox_exec',
  title: 'Run a command',
  description:
    'Runs a shell command in a started sandbox and waits for its end. A non-zero exitCode is a result, not an error. Each call is a new shell: pass cwd and env again, or chain with &&. After waitSeconds (default 30, at most 45) status is running and the command goes on: follow it with sandbox_exec_output and the execId. background answers at once. Output beyond maxOutputBytes a stream loses its middle. Control sequences are left out.',
  kind: 'execute',
  group: 'exec',
  input: z.strictObject({ sandbox: SandboxRef, ...ExecRequest.shape }),
  output: ExecResult,
  work,
  async handle({ sandbox, ...request }, { backend, context }) {
    const result = await requireGroup(backend, 'exec').exec(sandbox, request, context);
    return { ...result, stdout: harmlessText(result.stdout), stderr: harmlessText(result.stderr) };
  },
});
