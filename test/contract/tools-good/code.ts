/** Good calls of the tool that runs code. */
import { expect } from 'vitest';
import type { InterpreterListener } from '../../../src/backend/code-operations.ts';
import type { GoodCall } from './good-call.ts';

const outcome = {
  status: 'completed' as const,
  contextId: 'a1',
  language: 'python' as const,
  contextIsNew: true,
  contextLost: false,
  note: null,
  durationMs: 1.5,
};

export const codeCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_run_code',
    given: { sandbox: 'box', language: 'python', code: '1 + 1', context: 'a1' },
    plan: {
      interpreters: {
        execute: async (_sandbox, _request, listener: InterpreterListener) => {
          await listener({ type: 'stdout', text: 'hi\n' });
          await listener({ type: 'result', text: '2' });
          return outcome;
        },
      },
    },
    operation: 'interpreters.execute',
    passed: [
      'box',
      { language: 'python', code: '1 + 1', timeoutSeconds: 30, contextId: 'a1' },
      expect.any(Function),
    ],
    answered: { context: 'a1', stdout: 'hi\n', result: '2', error: null, images: [] },
  },
];
