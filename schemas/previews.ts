/** Previews of ports of a sandbox (API: `PortPreviewUrl`, `SignedPortPreviewUrl`), and what listens in it. */
import { z } from 'zod';
import { Timestamp } from './sandbox.ts';

const DAY_SECONDS = 86_400;
const OUT_OF_RANGE = 'expiresInSeconds must be between 1 second and 24 hours';

export const PreviewPort = z
  .number()
  .int('Invalid port')
  .min(1, 'Invalid port')
  .max(65_535, 'Invalid port')
  .describe('TCP port in the sandbox');

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
  url: z.string().describe('for browsers'),
  pathUrl: z.string().describe('the same for programs that cannot resolve the host name of url'),
  token: z.string(),
});
export type PortPreviewUrl = z.infer<typeof PortPreviewUrl>;

export const SignedPortPreviewUrl = PortPreviewUrl.extend({ expiresAt: Timestamp });
export type SignedPortPreviewUrl = z.infer<typeof SignedPortPreviewUrl>;

export const ExpiredPreviewUrl = z.object({
  sandboxId: z.uuid(),
  port: z.number().int(),
  expired: z.boolean().describe('false: it was not valid any more'),
});
export type ExpiredPreviewUrl = z.infer<typeof ExpiredPreviewUrl>;

export const ListeningProcess = z.object({
  pid: z.number().int(),
  name: z.string(),
  command: z.string().describe('cut at 200 characters'),
});
export type ListeningProcess = z.infer<typeof ListeningProcess>;

export const OpenPorts = z.object({
  sandboxId: z.uuid(),
  ports: z.array(
    z.object({
      port: z.number().int(),
      addresses: z.array(z.string()),
      process: ListeningProcess.nullable().describe('null: not known'),
    }),
  ),
});
export type OpenPorts = z.infer<typeof OpenPorts>;
