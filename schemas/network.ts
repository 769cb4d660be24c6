/** Which hosts a sandbox may reach (API: `UpdateSandboxNetworkSettings`), and what was kept from it lately. */
import { z } from 'zod';
import { Timestamp } from './timestamp.ts';

/** Generous for ten entries each, the API's limit. */
const MAX_LIST_CHARS = 4096;

export const networkFields = {
  networkBlockAll: z.boolean().optional().describe('Nothing goes out'),
  networkAllowList: z.string().max(MAX_LIST_CHARS).optional().describe('CIDRs, comma-separated'),
  domainAllowList: z.string().max(MAX_LIST_CHARS).optional().describe('Names or *.names, comma-separated'),
} as const;

export const NetworkSettings = z.strictObject(networkFields);
export type NetworkSettings = z.infer<typeof NetworkSettings>;

/** What is in force, in Thaw's own words beside the API's fields. */
/** `open`: the internet, not the host and its networks. `unfiltered`: this host enforces no policy. */
export const NetworkPolicyInForce = z.object({
  outbound: z.enum(['open', 'listed', 'blocked', 'unfiltered']),
  /** What the operator opened of the private ranges. */
  openRanges: z.array(z.string()),
});
export type NetworkPolicyInForce = z.infer<typeof NetworkPolicyInForce>;

export const DeniedTraffic = z.object({
  kind: z.enum(['connection', 'name']),
  address: z.string().nullable().describe('null for a name that was not resolved'),
  port: z.number().int().nullable(),
  protocol: z.string().nullable().describe('tcp, udp, icmp, …'),
  name: z.string().nullable().describe('null when not known'),
  count: z.number().int().describe('packets or questions'),
  lastSeenAt: Timestamp,
});
export type DeniedTraffic = z.infer<typeof DeniedTraffic>;

export const NetworkLogLimit = z.number().int().min(1).max(500).describe('Default 50');

export const NetworkLog = z.object({
  items: z.array(DeniedTraffic).describe('the latest first'),
  outbound: NetworkPolicyInForce.shape.outbound,
});
export type NetworkLog = z.infer<typeof NetworkLog>;
