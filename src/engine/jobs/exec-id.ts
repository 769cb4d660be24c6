/** The handle of a command that goes on: it names the start of the sandbox that it belongs to. */
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { SandboxRecord } from '../store/records.ts';

const FORM = /^exec-(\d{1,10})-[0-9a-f]{16}$/;

export const newExecId = ({ generation }: SandboxRecord): string => `exec-${generation}-${randomHex(8)}`;

/** Throws `job_not_found` for what is no handle. */
export function generationOf(execId: string): number {
  const [, generation] = FORM.exec(execId) ?? [];
  if (generation === undefined) throw jobNotFound(execId);
  return Number(generation);
}

export const jobNotFound = (execId: string): ThawError =>
  new ThawError('job_not_found', `There is no command ${execId.slice(0, 100)} in this sandbox.`);

/** Throws `stale_handle` for a command of an earlier start: its processes are gone, whatever runs now. */
export function requireCurrent(execId: string, record: SandboxRecord): void {
  if (generationOf(execId) === record.generation) return;
  throw new ThawError(
    'stale_handle',
    `Command ${execId} ended when sandbox ${record.name} was stopped; only its output is left.`,
    { next: 'Read it with sandbox_exec_output, or start the command again.' },
  );
}
