/** Code in interpreters that keep their state. */
import type { Step } from './step.ts';

const sandbox = 'coding';
const language = 'python';

export const codeSteps: readonly Step[] = [
  { tool: 'sandbox_create', given: { name: sandbox }, answered: { name: sandbox } },
  {
    tool: 'sandbox_run_code',
    given: { sandbox, language, code: "x = 20\nprint('out')" },
    answered: { status: 'completed', contextIsNew: true, stdout: 'out\n', result: null },
  },
  {
    tool: 'sandbox_run_code',
    given: { sandbox, language, code: 'x + 2' },
    answered: { status: 'completed', contextIsNew: false, result: '22', error: null },
  },
  {
    tool: 'sandbox_run_code',
    given: { sandbox, language, code: 'x', context: 'new' },
    answered: { status: 'failed', contextIsNew: true, result: null },
  },
  {
    tool: 'sandbox_run_code',
    given: { sandbox, language: 'javascript', code: 'const y = await Promise.resolve(3); y + 1' },
    answered: { status: 'completed', result: '4' },
  },
  {
    tool: 'sandbox_run_code',
    given: { sandbox, language, code: '1', context: 'nowhere' },
    refused: 'context_not_found',
  },
  { tool: 'sandbox_stop', given: { sandbox, force: true }, answered: { state: 'stopped' } },
  { tool: 'sandbox_run_code', given: { sandbox, language, code: '1' }, refused: 'state_conflict' },
  { tool: 'sandbox_start', given: { sandbox }, answered: { state: 'started' } },
  {
    tool: 'sandbox_run_code',
    given: { sandbox, language, code: "'x' in globals()" },
    answered: { contextIsNew: true, result: 'False' },
  },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
];
