/** Volumes. */
import type { Step } from './step.ts';

const [sandbox, volume, path] = ['mounting', 'data', '/mnt/data/file'];
const mounted = { volumes: [{ volumeId: volume, mountPath: '/mnt/data' }] };

export const volumeSteps: readonly Step[] = [
  { tool: 'volume_create', given: { name: volume }, answered: { name: volume, state: 'ready' } },
  { tool: 'volume_create', given: { name: volume }, refused: 'name_conflict' },
  { tool: 'volume_list', given: {}, answered: { items: [{ name: volume }] } },
  { tool: 'volume_list', given: { page: 1 }, refused: 'invalid_argument' },
  { tool: 'volume_get', given: { volume }, answered: { name: volume, lastUsedAt: null } },
  { tool: 'volume_get', given: { volume: 'none-such' }, refused: 'volume_not_found' },
  { tool: 'sandbox_create', given: { name: sandbox, ...mounted }, answered: { startedFrom: 'cold' } },
  { tool: 'sandbox_write_file', given: { sandbox, path, content: 'x' }, answered: { created: true } },
  { tool: 'volume_delete', given: { volume }, refused: 'state_conflict' },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
  { tool: 'sandbox_create', given: { name: sandbox, ...mounted }, answered: { name: sandbox } },
  { tool: 'sandbox_read_file', given: { sandbox, path }, answered: { content: 'x' } },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
  {
    tool: 'volume_delete',
    given: (answers) => ({ volume: answers.get('volume_get')?.['id'] }),
    answered: { name: volume, state: 'deleted' },
  },
];
