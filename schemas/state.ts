/** The states of a sandbox, in the words of the Daytona API (document v0.205, `SandboxState`, `SandboxDesiredState`). */
import { z } from 'zod';

export const sandboxStates = [
  'creating',
  'restoring',
  'destroyed',
  'destroying',
  'started',
  'stopped',
  'starting',
  'stopping',
  'error',
  'build_failed',
  'pending_build',
  'building_snapshot',
  'unknown',
  'pulling_snapshot',
  'archived',
  'archiving',
  'resizing',
  'snapshotting',
  'forking',
  'pausing',
  'paused',
  'resuming',
] as const;

export const SandboxState = z.enum(sandboxStates);
export type SandboxState = z.infer<typeof SandboxState>;

export const SandboxDesiredState = z.enum([
  'destroyed',
  'started',
  'stopped',
  'resized',
  'archived',
  'paused',
]);
export type SandboxDesiredState = z.infer<typeof SandboxDesiredState>;

export const BackupState = z.enum(['None', 'Pending', 'InProgress', 'Completed', 'Error']);
export type BackupState = z.infer<typeof BackupState>;
