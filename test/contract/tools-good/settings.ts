/** Good calls of the tools for a sandbox's settings. */
import { sandboxFixture } from '../../support/sandbox-fixture.ts';
import type { GoodCall } from './good-call.ts';

export const settingsCases: readonly GoodCall[] = [
  {
    tool: 'sandbox_set_labels',
    given: { sandbox: 'box', labels: { team: 'y' } },
    plan: { settings: { setLabels: async () => sandboxFixture({ labels: { team: 'y' } }) } },
    operation: 'settings.setLabels',
    passed: ['box', { team: 'y' }],
    answered: { labels: { team: 'y' } },
  },
  {
    tool: 'sandbox_set_public',
    given: { sandbox: 'box', isPublic: true },
    plan: { settings: { setPublic: async () => sandboxFixture({ public: true }) } },
    operation: 'settings.setPublic',
    passed: ['box', true],
    answered: { public: true },
  },
  {
    tool: 'sandbox_touch',
    given: { sandbox: 'box' },
    plan: { settings: { touch: async () => sandboxFixture({ lastActivityAt: '2026-05-01T11:00:00.000Z' }) } },
    operation: 'settings.touch',
    passed: ['box'],
    answered: { lastActivityAt: '2026-05-01T11:00:00.000Z' },
  },
  {
    tool: 'sandbox_set_autostop',
    given: { sandbox: 'box', interval: 30 },
    plan: { settings: { setAutoStop: async () => sandboxFixture({ autoStopInterval: 30 }) } },
    operation: 'settings.setAutoStop',
    passed: ['box', 30],
    answered: { autoStopInterval: 30 },
  },
  {
    tool: 'sandbox_set_autoarchive',
    given: { sandbox: 'box', interval: 60 },
    plan: { settings: { setAutoArchive: async () => sandboxFixture({ autoArchiveInterval: 60 }) } },
    operation: 'settings.setAutoArchive',
    passed: ['box', 60],
    answered: { autoArchiveInterval: 60 },
  },
  {
    tool: 'sandbox_set_autodelete',
    given: { sandbox: 'box', interval: -1 },
    plan: { settings: { setAutoDelete: async () => sandboxFixture({ autoDeleteInterval: -1 }) } },
    operation: 'settings.setAutoDelete',
    passed: ['box', -1],
    answered: { autoDeleteInterval: -1 },
  },
  {
    tool: 'sandbox_set_ttl',
    given: { sandbox: 'box', ttlMinutes: 60 },
    plan: { settings: { setTtl: async () => sandboxFixture({ autoDestroyAt: '2026-05-01T11:00:00.000Z' }) } },
    operation: 'settings.setTtl',
    passed: ['box', 60],
    answered: { autoDestroyAt: '2026-05-01T11:00:00.000Z' },
  },
];
