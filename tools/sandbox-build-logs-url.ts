/** sandbox_build_logs_url: where the log of a build is. */
import { BuildLogsUrl } from '../schemas/build.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_build_logs_url',
  title: 'Locate the build log of a sandbox',
  description:
    'The address of the log of a build: a file of the machine that Thaw runs on. sandbox_build_logs answers its text.',
  kind: 'read',
  group: 'builds',
  input: SandboxOnly,
  output: BuildLogsUrl,
  handle: ({ sandbox }, { backend, context }) =>
    requireGroup(backend, 'builds').sandboxLogsUrl(sandbox, context),
});
