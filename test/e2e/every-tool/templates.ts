/** Templates made of Dockerfiles, and sandboxes that are built when they are created. */
import { inject } from 'vitest';
import type { Step } from './step.ts';

const [sandbox, snapshot] = ['built-box', 'built'];
const unknown = { snapshot: 'none-such' };
const from = `FROM ${inject('snapshot').image}\n`;
const ofSnapshot = {
  dockerfileContent: `${from}COPY note /note\n`,
  context: [{ path: 'note', content: 'from the context\n' }],
};
const ofSandbox = { dockerfileContent: `${from}WORKDIR /workshop\n` };

export const templateSteps: readonly Step[] = [
  {
    tool: 'snapshot_create',
    given: { name: snapshot, buildInfo: ofSnapshot },
    answered: { name: snapshot, state: 'active', errorReason: null },
  },
  { tool: 'snapshot_create', given: { name: snapshot, buildInfo: ofSnapshot }, refused: 'name_conflict' },
  { tool: 'snapshot_build_logs', given: { snapshot }, answered: { state: 'active', truncated: false } },
  { tool: 'snapshot_build_logs', given: { snapshot: 'default' }, refused: 'no_build' },
  { tool: 'snapshot_build_logs_url', given: { snapshot }, answered: {} },
  { tool: 'snapshot_build_logs_url', given: unknown, refused: 'snapshot_not_found' },
  { tool: 'snapshot_deactivate', given: { snapshot }, answered: { state: 'inactive' } },
  { tool: 'snapshot_deactivate', given: unknown, refused: 'snapshot_not_found' },
  { tool: 'sandbox_create', given: { snapshot }, refused: 'state_conflict' },
  { tool: 'snapshot_activate', given: { snapshot }, answered: { state: 'active' } },
  { tool: 'snapshot_activate', given: unknown, refused: 'snapshot_not_found' },
  { tool: 'sandbox_create', given: { name: sandbox, buildInfo: ofSandbox }, answered: { state: 'started' } },
  { tool: 'sandbox_list_files', given: { sandbox, path: '/workshop' }, answered: { entries: [] } },
  { tool: 'sandbox_build_logs', given: { sandbox }, answered: { state: 'started' } },
  { tool: 'sandbox_build_logs', given: { sandbox: 'none-such' }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_build_logs_url', given: { sandbox }, answered: {} },
  { tool: 'sandbox_build_logs_url', given: { sandbox: 'none-such' }, refused: 'sandbox_not_found' },
  { tool: 'sandbox_delete', given: { sandbox }, answered: { state: 'destroyed' } },
  { tool: 'snapshot_delete', given: { snapshot }, answered: { name: snapshot } },
];
