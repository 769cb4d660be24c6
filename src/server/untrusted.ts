/**
 * Which results carry what code in a sandbox made: output, files, logs. They say so in `_meta`, for clients that treat such
 * text apart; models are told once, in the instructions, instead of in every result.
 */
import type { Tool } from '../../tools/define-tool.ts';

export const UNTRUSTED_META = { 'thaw/untrusted': true } as const;

const groups: ReadonlySet<Tool['group']> = new Set<Tool['group']>([
  'builds',
  'changes',
  'code',
  'commands',
  'exec',
  'files',
  'fileSystem',
  'git',
  'interpreters',
  'jobs',
  'search',
  'sessions',
  'terminals',
]);

export const carriesUntrusted = ({ group }: Pick<Tool, 'group'>): boolean => groups.has(group);
