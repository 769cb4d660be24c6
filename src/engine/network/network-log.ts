/** What was kept from a sandbox lately: connections that its rules denied and names that it was refused. */
import { isIPv6 } from 'node:net';
import type { DeniedTraffic, NetworkLog } from '../../../schemas/network.ts';
import { toTimestamp } from '../../clock.ts';
import type { EngineContext } from '../context.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { toPolicy } from './policy.ts';

/** IPv6 as people write it. */
const shorten = (address: string): string =>
  isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;

const latestFirst = (a: DeniedTraffic, b: DeniedTraffic): number =>
  b.lastSeenAt.localeCompare(a.lastSeenAt) || b.count - a.count;

/** A sandbox that does not run has no connections to tell of: the kernel forgets them with its network. */
export async function readNetworkLog(
  context: EngineContext,
  sandbox: ManagedSandbox,
  limit: number,
): Promise<NetworkLog> {
  const { network, nameLogs, clock } = context;
  const { id, network: record } = sandbox.record;
  if (!network.enforces) return { items: [], outbound: 'unfiltered' };
  const names = nameLogs.of(id);
  const denied = sandbox.guest === null ? [] : await network.denied(sandbox.guest.place);
  const connections = denied.map(
    ({ address, port, protocol, packets, secondsAgo }): DeniedTraffic => ({
      kind: 'connection',
      address: shorten(address),
      port,
      protocol,
      name: names.nameOf(address),
      count: packets,
      lastSeenAt: toTimestamp(clock.now() - secondsAgo * 1000),
    }),
  );
  const refused = names.refused().map(
    ({ name, count, lastSeenAt }): DeniedTraffic => ({
      kind: 'name',
      address: null,
      port: null,
      protocol: null,
      name,
      count,
      lastSeenAt: toTimestamp(lastSeenAt),
    }),
  );
  const items = [...connections, ...refused].toSorted(latestFirst).slice(0, limit);
  return { items, outbound: toPolicy(record).outbound };
}
