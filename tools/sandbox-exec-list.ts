/** sandbox_exec_list: the commands of a sandbox that run on or ended lately. */
import { JobList } from '../schemas/jobs.ts';
import { SandboxOnly } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_exec_list',
  title: 'Commands that run on',
  description:
    'Lists the commands of a sandbox that outlived their call, the newest first: all that run and the last 20 that ended.',
  kind: 'read',
  group: 'jobs',
  input: SandboxOnly,
  output: JobList,
  async handle({ sandbox }, { backend, context }) {
    return { items: [...(await requireGroup(backend, 'jobs').list(sandbox, context))] };
  },
});
