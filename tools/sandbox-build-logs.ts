/** sandbox_build_logs: what the build of a sandbox's template printed. */
import { z } from 'zod';
import { BuildLogs, BuildLogsRequest } from '../schemas/build.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_build_logs',
  title: 'Read the build log of a sandbox',
  description: 'What the build of a sandbox created with buildInfo printed, while it runs and after.',
  kind: 'read',
  group: 'builds',
  input: z.strictObject({ sandbox: SandboxRef, ...BuildLogsRequest.shape }),
  output: BuildLogs,
  handle: ({ sandbox, ...request }, { backend, context }) =>
    requireGroup(backend, 'builds').sandboxLogs(sandbox, request, context),
});
