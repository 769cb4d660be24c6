/** The life and the settings of a sandbox. */
import type { Step } from './step.ts';

const sandbox = 'living';
const unknown = { sandbox: 'none-such' };

export const lifecycleSteps: readonly Step[] = [
  { tool: 'sandbox_create', given: { name: sandbox }, answered: { name: sandbox, state: 'started' } },
  { tool: 'sandbox_create', given: { name: sandbox }, refused: 'name_conflict' },
  { tool: 'sandbox_get', given: { sandbox }, answered: { name: sandbox, desiredState: 'started' } },
  { tool: 'sandbox_get', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_list', given: { name: sandbox }, answered: { total: 1, nextCursor: null } },
  { tool: 'sandbox_list', given: { cursor: 'zzz' }, refused: 'invalid_argument' },
  { tool: 'sandbox_set_labels', given: { sandbox, labels: { a: 'b' } }, answered: { labels: { a: 'b' } } },
  { tool: 'sandbox_set_labels', given: { ...unknown, labels: {} }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_set_public', given: { sandbox, isPublic: true }, answered: { public: true } },
  { tool: 'sandbox_set_public', given: { ...unknown, isPublic: true }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_touch', given: { sandbox }, answered: { name: sandbox } },
  { tool: 'sandbox_touch', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_set_autostop', given: { sandbox, interval: 30 }, answered: { autoStopInterval: 30 } },
  { tool: 'sandbox_set_autostop', given: { sandbox, interval: -1 }, refused: 'invalid_argument' },
  {
    tool: 'sandbox_set_autoarchive',
    given: { sandbox, interval: 60 },
    answered: { autoArchiveInterval: 60 },
  },
  { tool: 'sandbox_set_autoarchive', given: { sandbox, interval: 0.5 }, refused: 'invalid_argument' },
  { tool: 'sandbox_set_autodelete', given: { sandbox, interval: 90 }, answered: { autoDeleteInterval: 90 } },
  {
    tool: 'sandbox_set_autodelete',
    given: { ...unknown, interval: 1 },
    refused: 'sandbox_not_found',
  },
  { tool: 'sandbox_set_ttl', given: { sandbox, ttlMinutes: 0 }, answered: { autoDestroyAt: null } },
  { tool: 'sandbox_set_ttl', given: { ...unknown, ttlMinutes: 5 }, refused: 'sandbox_not_found' },
  {
    tool: 'sandbox_set_network',
    given: { sandbox, networkBlockAll: true },
    answered: { networkBlockAll: true, networkAllowList: null },
  },
  {
    tool: 'sandbox_set_network',
    given: { sandbox, networkAllowList: '1.2.3.4' },
    refused: 'invalid_argument',
  },
  { tool: 'sandbox_network_log', given: { sandbox }, answered: { items: [], outbound: 'blocked' } },
  { tool: 'sandbox_network_log', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_resize', given: { sandbox, memory: 1.5 }, answered: { memory: 1.5 } },
  { tool: 'sandbox_resize', given: { sandbox, memory: 1 }, refused: 'state_conflict' },
  { tool: 'sandbox_resume', given: { sandbox }, answered: { state: 'started' } },
  { tool: 'sandbox_pause', given: { sandbox }, answered: { state: 'paused' } },
  { tool: 'sandbox_pause', given: { sandbox }, refused: 'state_conflict' },
  { tool: 'sandbox_resume', given: { sandbox }, answered: { state: 'started' } },
  { tool: 'sandbox_stop', given: { sandbox, force: true }, answered: { state: 'stopped' } },
  { tool: 'sandbox_stop', given: { sandbox }, refused: 'state_conflict' },
  { tool: 'sandbox_resume', given: { sandbox }, refused: 'state_conflict' },
  { tool: 'sandbox_start', given: { sandbox }, answered: { state: 'started' } },
  { tool: 'sandbox_start', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
  { tool: 'sandbox_delete', given: { sandbox }, refused: 'sandbox_not_found' },
];
