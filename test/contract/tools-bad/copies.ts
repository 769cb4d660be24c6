/** Wrong arguments for the tools for copies of a sandbox: forks, backups, archives, snapshots. */
import type { BadCall } from './bad-call.ts';

export const copiesBadCalls: readonly BadCall[] = [
  ['sandbox_fork', { sandbox: 'box', count: 33 }, '"count": '],
  ['sandbox_fork', { sandbox: 'box', names: ['a<b>'] }, '"names.0": '],
  ['sandbox_fork', { sandbox: 'box', name: 'x' }, 'use "names"'],
  ['sandbox_forks', {}, '"sandbox" is required'],
  ['sandbox_parent', { sandbox: 1 }, '"sandbox": '],
  ['sandbox_ancestors', { box: 'x' }, 'is not an argument of sandbox_ancestors: use "sandbox"'],
  ['sandbox_backup', { sandbox: '' }, '"sandbox": '],
  ['sandbox_archive', { sandbox: 'box', force: true }, 'unknown argument "force"'],
  ['sandbox_snapshot', { sandbox: 'box' }, '"name" is required'],
  ['sandbox_snapshot', { sandbox: 'box', name: 'a b' }, 'Invalid snapshot name format'],
];
