/** Good calls of the tools for volumes. */
import type { Volume } from '../../../schemas/volumes.ts';
import type { GoodCall } from './good-call.ts';

const volume: Volume = {
  id: '0c2f7d53-8a51-4a86-b7a6-5a6c3f1d9e10',
  name: 'data',
  organizationId: '11111111-1111-4111-8111-111111111111',
  state: 'ready',
  errorReason: null,
  createdAt: '2026-05-01T10:00:00.000Z',
  updatedAt: '2026-05-01T10:00:00.000Z',
  lastUsedAt: null,
};

export const volumeCases: readonly GoodCall[] = [
  {
    tool: 'volume_create',
    given: { name: 'data' },
    plan: { volumes: { create: async () => volume } },
    operation: 'volumes.create',
    passed: [{ name: 'data' }],
    answered: { ...volume },
  },
  {
    tool: 'volume_list',
    given: {},
    plan: { volumes: { list: async () => [volume] } },
    operation: 'volumes.list',
    passed: [],
    answered: { items: [volume] },
  },
  {
    tool: 'volume_get',
    given: { volume: 'data' },
    plan: { volumes: { get: async () => volume } },
    operation: 'volumes.get',
    passed: ['data'],
    answered: { ...volume },
  },
  {
    tool: 'volume_delete',
    given: { volume: 'data' },
    plan: { volumes: { delete: async () => ({ ...volume, state: 'deleted' }) } },
    operation: 'volumes.delete',
    passed: ['data'],
    answered: { name: 'data', state: 'deleted' },
  },
];
