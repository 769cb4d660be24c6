/** Good calls of the tools for the life of a sandbox. */
import { SANDBOX_ID, sandboxFixture } from '../../support/sandbox-fixture.ts';
import type { GoodCall } from './good-call.ts';

const box = sandboxFixture();
const page = { items: [box], total: 1, page: 1, totalPages: 1, nextCursor: null };

export const lifecycleCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_create',
    given: { name: 'box', env: { A: '1' }, labels: { team: 'x' }, memory: 2 },
    plan: { lifecycle: { create: async () => ({ ...box, startedFrom: 'warm' as const, tookMs: 2.25 }) } },
    operation: 'lifecycle.create',
    passed: [{ name: 'box', env: { A: '1' }, labels: { team: 'x' }, memory: 2 }],
    answered: { id: SANDBOX_ID, startedFrom: 'warm', tookMs: 2.25, disk: 3 },
  },
  {
    tool: 'sandbox_list',
    given: { labels: { team: 'x' }, states: ['started'], limit: 10, page: 1, sort: 'name', order: 'asc' },
    plan: { lifecycle: { list: async () => page } },
    operation: 'lifecycle.list',
    passed: [{ labels: { team: 'x' }, states: ['started'], limit: 10, page: 1, sort: 'name', order: 'asc' }],
    answered: { total: 1, page: 1, totalPages: 1, nextCursor: null, backend: 'embedded' },
  },
  {
    tool: 'sandbox_get',
    given: { sandbox: 'box' },
    plan: { lifecycle: { get: async () => box } },
    operation: 'lifecycle.get',
    passed: ['box'],
    answered: { ...box },
  },
  {
    tool: 'sandbox_start',
    given: { sandbox: 'box' },
    plan: { lifecycle: { start: async () => box } },
    operation: 'lifecycle.start',
    passed: ['box'],
    answered: { id: SANDBOX_ID, state: 'started' },
  },
  {
    tool: 'sandbox_stop',
    given: { sandbox: 'box', force: true },
    plan: { lifecycle: { stop: async () => sandboxFixture({ state: 'stopped' }) } },
    operation: 'lifecycle.stop',
    passed: ['box', { force: true }],
    answered: { state: 'stopped' },
  },
  {
    tool: 'sandbox_delete',
    given: { sandbox: SANDBOX_ID },
    plan: { lifecycle: { delete: async () => sandboxFixture({ state: 'destroyed' }) } },
    operation: 'lifecycle.delete',
    passed: [SANDBOX_ID],
    answered: { state: 'destroyed' },
  },
  {
    tool: 'sandbox_pause',
    given: { sandbox: 'box' },
    plan: { lifecycle: { pause: async () => sandboxFixture({ state: 'paused' }) } },
    operation: 'lifecycle.pause',
    passed: ['box'],
    answered: { id: SANDBOX_ID, name: 'box', state: 'paused' },
  },
  {
    tool: 'sandbox_resume',
    given: { sandbox: 'box' },
    plan: { lifecycle: { resume: async () => box } },
    operation: 'lifecycle.resume',
    passed: ['box'],
    answered: { id: SANDBOX_ID, name: 'box', state: 'started' },
  },
  {
    tool: 'sandbox_recover',
    given: { sandbox: 'box', skipStart: true },
    plan: { lifecycle: { recover: async () => sandboxFixture({ state: 'stopped' }) } },
    operation: 'lifecycle.recover',
    passed: ['box', { skipStart: true }],
    answered: { state: 'stopped', errorReason: null },
  },
  {
    tool: 'sandbox_resize',
    given: { sandbox: 'box', cpu: 1.5, memory: 2 },
    plan: { lifecycle: { resize: async () => sandboxFixture({ cpu: 1.5, memory: 2 }) } },
    operation: 'lifecycle.resize',
    passed: ['box', { cpu: 1.5, memory: 2 }],
    answered: { cpu: 1.5, memory: 2, disk: 3 },
  },
];
