/** Good calls of the tools for a sandbox's network. */
import type { DeniedTraffic } from '../../../schemas/network.ts';
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import type { GoodCall } from './good-call.ts';

const denied: DeniedTraffic = {
  kind: 'connection',
  address: '93.184.215.14',
  port: 443,
  protocol: 'tcp',
  name: 'example.com',
  count: 3,
  lastSeenAt: '2026-05-01T11:00:00.000Z',
};

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
  {
    tool: 'sandbox_network_log',
    given: { sandbox: 'box' },
    plan: { network: { log: async () => ({ items: [denied], outbound: 'listed' }) } },
    operation: 'network.log',
    passed: ['box', { limit: 50 }],
    answered: { items: [denied], outbound: 'listed' },
  },
];
