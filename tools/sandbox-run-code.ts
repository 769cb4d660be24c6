/** sandbox_run_code: runs code in an interpreter that keeps its state. */
import { z } from 'zod';
import { CodeReport, RunCode } from '../schemas/code.ts';
import { SandboxRef } from '../schemas/sandbox-ref.ts';
import { requireGroup } from '../src/backend/port.ts';
import { CodeCollector } from '../src/content/code-collector.ts';
import { defineTool, WithBlocks } from './define-tool.ts';

export default defineTool({
  name: 'sandbox_run_code',
  title: 'Run code',
  description:
    'Runs code in an interpreter that keeps variables until the sandbox stops. Figures come as images.',
  kind: 'execute',
  group: 'interpreters',
  input: z.strictObject({ sandbox: SandboxRef, ...RunCode.shape }),
  output: CodeReport,
  async handle({ sandbox, context: wanted, language, code, timeoutSeconds = 30 }, { backend, context }) {
    const interpreters = requireGroup(backend, 'interpreters');
    const collector = new CodeCollector();
    const made = wanted === 'new' ? await interpreters.create(sandbox, { language }, context) : null;
    const contextId = made?.id ?? wanted;
    const request = { language, code, timeoutSeconds, ...(contextId === undefined ? {} : { contextId }) };
    const outcome = await interpreters.execute(sandbox, request, (event) => collector.take(event), context);
    const contextIsNew = made !== null || outcome.contextIsNew;
    const images = collector.images.map((image) => ({ type: 'image' as const, ...image }));
    return new WithBlocks(collector.report({ ...outcome, contextIsNew }), images);
  },
});
