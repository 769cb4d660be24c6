/** Which hosts a sandbox may reach (API: `UpdateSandboxNetworkSettings`), and what was kept from it lately. */
import { z } from 'zod';
import { Timestamp } from './timestamp.ts';

/** Generous for ten entries each, the API's limit. */
const MAX_LIST_CHARS = 4096;

export const networkFields = {
  networkBlockAll: z.boolean().optional().describe('Nothing goes out, names included; clears the lists'),
  networkAllowList: z
    .string()
    .max(MAX_LIST_CHARS)
    .optional()
    .describe('The only networks to reach: up to 10 CIDRs, IPv4 or IPv6, comma-separated'),
  domainAllowList: z
    .string()
    .max(MAX_LIST_CHARS)
    .optional()
    .describe('The only names to resolve and reach: up to 10, comma-separated; *.example.com for subdomains'),
} as const;

export const NetworkSettings = z.strictObject(networkFields);
export type NetworkSettings = z.infer<typeof NetworkSettings>;

/** What is in force, in Thaw's own words beside the API's fields. */
export const NetworkPolicyInForce = z.object({
  outbound: z
    .enum(['open', 'listed', 'blocked', 'unfiltered'])
    .describe(
      'open: the internet, not the host and its networks; unfiltered: no policy can be enforced here',
    ),
  openRanges: z.array(z.string()).describe('private ranges that this host opens to sandboxes'),
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

export const NetworkLog = z.object({
  items: z.array(DeniedTraffic).describe('the latest first'),
  outbound: NetworkPolicyInForce.shape.outbound,
});
export type NetworkLog = z.infer<typeof NetworkLog>;
