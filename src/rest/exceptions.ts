/**
 * Where Thaw's REST surface differs from the API on purpose. The README shows this list, and a test holds the state
 * rules to it: every other cell of the API's matrix of states and operations is the same.
 */
import type { SandboxState } from '../../schemas/state.ts';
import type { StateOperation } from './state-rules.ts';

export interface StateException {
  readonly operation: StateOperation;
  /** `busy` stands for all states in which something is under way. */
  readonly states: readonly (SandboxState | 'busy')[];
  readonly why: string;
}

export const stateExceptions: readonly StateException[] = [
  {
    operation: 'delete',
    states: ['busy'],
    why: 'A delete is legal in every state: it cuts what is under way short (the API answers 409).',
  },
  {
    operation: 'start',
    states: ['error'],
    why: 'Starting a sandbox that failed recovers it (the API answers 400).',
  },
  {
    operation: 'start',
    states: ['paused'],
    why: 'Containers can be paused here, so starting a paused one resumes it (the API answers 422).',
  },
  {
    operation: 'pause',
    states: ['started'],
    why: 'Containers can be paused (the API answers 422).',
  },
  {
    operation: 'fork',
    states: ['started', 'stopped', 'archived', 'archiving', 'paused', 'error', 'build_failed', 'busy'],
    why: 'Containers can be forked, started or stopped; other states answer 400 (the API answers 422 in every state).',
  },
  {
    operation: 'backup',
    states: ['archived', 'archiving', 'paused', 'error', 'build_failed', 'busy'],
    why: 'A backup is made at once, so it needs files that are there (the API notes the wish and answers 201).',
  },
];

/** Differences that are not about states. */
export const otherExceptions: readonly string[] = [
  'A create, start, stop, archive, resize, fork or snapshot answers when it is done, with the state that it led to: a create answers `started`, or `pending_build` where an image is to be built first.',
  'A start while it is being archived lets the archive end and restores it at once; the API cancels the archive.',
  '`cpu` and `memory` are taken with a snapshot, too; the API takes them with `buildInfo` only.',
  '`disk` is taken and has no effect: the size of the disk is that of the host.',
  'A port or an interval that is no whole number answers 400; the API passes NaN on, or answers 500.',
  'The name of a snapshot that is taken is refused at once with 409; the API fails in the background.',
  '`GET /sandbox` answers the array of the first document when `verbose` is given, and the page with a cursor otherwise.',
  'Any key may ask whether a token for SSH is valid, for the sandboxes of its organization.',
  'Errors have Thaw’s own `code` and `next` beside the fields of the API.',
];
