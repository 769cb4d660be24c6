/** Good calls of the tools for a sandbox's network. */
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import type { GoodCall } from './good-call.ts';

export const networkCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_set_network',
    given: { sandbox: 'box', domainAllowList: 'example.com,*.example.org' },
    plan: {
      network: { set: async () => sandboxFixture({ domainAllowList: 'example.com,*.example.org' }) },
    },
    operation: 'network.set',
    passed: ['box', { domainAllowList: 'example.com,*.example.org' }],
    answered: { name: 'box', networkBlockAll: false, domainAllowList: 'example.com,*.example.org' },
  },
];
