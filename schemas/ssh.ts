/** Access to a sandbox over SSH (API: `SshAccessDto`, `SshAccessValidationDto`). */
import { z } from 'zod';
import { Sandbox, Timestamp } from './sandbox.ts';
import { ChangedSandbox } from './settings.ts';

export const DEFAULT_SSH_MINUTES = 60;
/** 30 days. */
const MAX_SSH_MINUTES = 43_200;

export const SshMinutes = z
  .number()
  .int()
  .min(1)
  .max(MAX_SSH_MINUTES)
  .describe(`Default ${DEFAULT_SSH_MINUTES}`);

export const SshToken = z.string().min(1).max(128);

export const SshAccess = z.object({
  id: z.uuid(),
  sandboxId: z.uuid(),
  token: z.string(),
  expiresAt: Timestamp,
  createdAt: Timestamp,
  updatedAt: Timestamp,
  sshCommand: z.string(),
  sshConfig: z.string(),
});
export type SshAccess = z.infer<typeof SshAccess>;

export const SshAccessValidation = z.object({ valid: z.boolean(), sandboxId: z.uuid().nullable() });
export type SshAccessValidation = z.infer<typeof SshAccessValidation>;

const revoked = z.number().int().nullable().describe('tokens; null when not told');

/** The sandbox, as the API answers a revocation, and how many tokens it was about. */
export const RevokedSsh = Sandbox.extend({ revoked });
export type RevokedSsh = z.infer<typeof RevokedSsh>;

/** What the tool shows of it. */
export const RevokedSshSummary = ChangedSandbox.extend({ revoked });
