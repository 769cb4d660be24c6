/** Previews of ports of a sandbox (API: `PortPreviewUrl`, `SignedPortPreviewUrl`), and what listens in it. */
import { z } from 'zod';
import { Timestamp } from './sandbox.ts';

const DAY_SECONDS = 86_400;
const OUT_OF_RANGE = 'expiresInSeconds must be between 1 second and 24 hours';

export const PreviewPort = z.number().int('Invalid port').min(1, 'Invalid port').max(65_535, 'Invalid port');

export const ExpiresInSeconds = z
  .number()
  .int(OUT_OF_RANGE)
  .min(1, OUT_OF_RANGE)
  .max(DAY_SECONDS, OUT_OF_RANGE)
  .optional()
  .describe('Default 60');

export const PreviewToken = z.string().min(1).max(64);

export const PortPreviewUrl = z.object({
  sandboxId: z.uuid(),
  port: z.number().int(),
  url: z.string(),
  pathUrl: z.string().describe('where the host of url does not resolve'),
  token: z.string(),
});
export type PortPreviewUrl = z.infer<typeof PortPreviewUrl>;

export const SignedPortPreviewUrl = PortPreviewUrl.extend({ expiresAt: Timestamp });
export type SignedPortPreviewUrl = z.infer<typeof SignedPortPreviewUrl>;

export const ExpiredPreviewUrl = z.object({
  sandboxId: z.uuid(),
  port: z.number().int(),
  expired: z.boolean(),
});
export type ExpiredPreviewUrl = z.infer<typeof ExpiredPreviewUrl>;

/** A process as it calls itself: text of unknown origin, without control characters and cut at 200 of them. */
export interface ListeningProcess {
  readonly pid: number;
  readonly process: string;
  readonly command: string;
}

export const OpenPorts = z.object({
  sandboxId: z.uuid(),
  ports: z.array(
    z.object({
      port: z.number().int(),
      addresses: z.array(z.string()),
      pid: z.number().int().optional(),
      process: z.string().optional(),
      command: z.string().optional(),
    }),
  ),
});
export type OpenPorts = z.infer<typeof OpenPorts>;
