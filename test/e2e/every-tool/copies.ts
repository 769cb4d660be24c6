/** Forks, backups, archives, snapshots and recovery. */
import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './step.ts';

const sandbox = 'copied';
const [child, snapshot] = ['copy', 'of-copied'];
const unknown = { sandbox: 'none-such' };

/** The object store's directory, beside a place where its objects are out of reach. */
const stores = (stateDir: string): readonly [string, string] => [
  join(stateDir, 'objects'),
  join(stateDir, 'taken-away'),
];

function takeObjects(stateDir: string): void {
  const [objects, away] = stores(stateDir);
  if (readdirSync(objects).length === 0) throw new Error('nothing is archived');
  renameSync(objects, away);
}

function giveObjectsBack(stateDir: string): void {
  const [objects, away] = stores(stateDir);
  renameSync(away, objects);
}

export const copiesSteps: readonly Step[] = [
  { tool: 'sandbox_create', given: { name: sandbox }, answered: { name: sandbox } },
  { tool: 'sandbox_write_file', given: { sandbox, path: 'kept', content: 'x' }, answered: { created: true } },
  {
    tool: 'sandbox_fork',
    given: { sandbox, names: [child] },
    answered: { children: [{ name: child, state: 'started', error: null }] },
  },
  { tool: 'sandbox_fork', given: { sandbox, names: [child] }, refused: 'name_conflict' },
  { tool: 'sandbox_read_file', given: { sandbox: child, path: 'kept' }, answered: { content: 'x' } },
  { tool: 'sandbox_forks', given: { sandbox }, answered: { items: [{ name: child }] } },
  { tool: 'sandbox_forks', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_parent', given: { sandbox: child }, answered: { name: sandbox } },
  { tool: 'sandbox_parent', given: { sandbox }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_ancestors', given: { sandbox: child }, answered: { items: [{ name: sandbox }] } },
  { tool: 'sandbox_ancestors', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_delete', given: { sandbox: child }, answered: { state: 'destroyed' } },
  {
    tool: 'sandbox_snapshot',
    given: { sandbox, name: snapshot },
    answered: { name: snapshot, state: 'active' },
  },
  { tool: 'sandbox_snapshot', given: { sandbox, name: snapshot }, refused: 'name_conflict' },
  { tool: 'snapshot_list', given: { name: snapshot }, answered: { total: 1, items: [{ name: snapshot }] } },
  { tool: 'snapshot_list', given: { page: 0 }, refused: 'invalid_argument' },
  { tool: 'snapshot_get', given: { snapshot }, answered: { name: snapshot, general: false } },
  { tool: 'snapshot_get', given: { snapshot: 'none-such' }, refused: 'snapshot_not_found' },
  { tool: 'snapshot_delete', given: { snapshot: 'default' }, refused: 'state_conflict' },
  { tool: 'snapshot_delete', given: { snapshot }, answered: { name: snapshot } },
  { tool: 'sandbox_backup', given: { sandbox }, answered: { backupState: 'Completed' } },
  { tool: 'sandbox_backup', given: unknown, refused: 'sandbox_not_found' },
  { tool: 'sandbox_archive', given: { sandbox }, refused: 'state_conflict' },
  { tool: 'sandbox_stop', given: { sandbox, force: true }, answered: { state: 'stopped' } },
  { tool: 'sandbox_archive', given: { sandbox }, answered: { state: 'archived' } },
  { tool: 'sandbox_recover', given: { sandbox }, refused: 'state_conflict' },
  { tool: 'sandbox_start', given: { sandbox }, before: takeObjects, refused: 'archive_damaged' },
  { tool: 'sandbox_get', given: { sandbox }, answered: { state: 'error', recoverable: true } },
  {
    tool: 'sandbox_recover',
    given: { sandbox },
    before: giveObjectsBack,
    answered: { state: 'started', errorReason: null },
  },
  { tool: 'sandbox_read_file', given: { sandbox, path: 'kept' }, answered: { content: 'x' } },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
];
