/** Wrong arguments for the tools for the life of a sandbox. */
import type { BadCall } from './bad-call.ts';

export const lifecycleBadCalls: readonly BadCall[] = [
  ['sandbox_create', { nmae: 'x' }, 'unknown argument "nmae" (did you mean "name"?)'],
  ['sandbox_create', { labels: { a: 1 } }, '"labels.a": '],
  ['sandbox_create', { memory: -1 }, '"memory": '],
  ['sandbox_create', { cpu: 1e9 }, '"cpu": '],
  ['sandbox_create', { name: 'a<b>' }, '"name": '],
  ['sandbox_create', { env: { '1A': 'x' } }, '"env.1A"'],
  ['sandbox_list', { state: 'started' }, '"state" is not an argument of sandbox_list: use "states"'],
  ['sandbox_list', { states: ['running'] }, '"states.0": '],
  ['sandbox_list', { limit: 1000 }, '"limit": '],
  ['sandbox_get', { sandboxId: 'x' }, '"sandboxId" is not an argument of sandbox_get: use "sandbox"'],
  ['sandbox_get', {}, '"sandbox" is required'],
  ['sandbox_start', { sandbox: 7 }, '"sandbox": '],
  ['sandbox_stop', { sandbox: 'box', force: 'yes' }, '"force": '],
  ['sandbox_delete', { sandbox: '' }, '"sandbox": '],
  ['sandbox_list', { states: ['destroyed'] }, '"states.0": '],
  ['sandbox_list', { createdAtAfter: 'yesterday' }, '"createdAtAfter": '],
  ['sandbox_list', { sort: 'memory' }, '"sort": '],
  ['sandbox_pause', { sandbox: 'box', force: true }, 'unknown argument "force"'],
  ['sandbox_resume', {}, '"sandbox" is required'],
  ['sandbox_recover', { sandbox: 'box', skipStart: 'no' }, '"skipStart": '],
  ['sandbox_resize', { sandbox: 'box', cpu: 0 }, '"cpu": cpu must not be less than 0.1'],
  ['sandbox_resize', { sandbox: 'box', memory: -1 }, '"memory": memory must not be less than 0.0625'],
  ['sandbox_resize', { sandbox: 'box', disk: 0.5 }, '"disk": disk must not be less than 1'],
];
