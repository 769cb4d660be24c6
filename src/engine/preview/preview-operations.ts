/** The preview operations of the port: addresses with their tokens, and what listens in a sandbox. */

import type { PreviewOperations } from '../../backend/port.ts';
import { hostUrl, type PreviewBase, pathUrl } from '../../backend/preview-address.ts';
import { toTimestamp } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import type { ListeningPort } from '../agent/port.ts';
import type { EngineContext } from '../context.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import { findListeners } from './listening-processes.ts';
import { openPorts } from './open-ports.ts';
import type { PreviewTokens } from './preview-tokens.ts';

const DEFAULT_SECONDS = 60;

function requireBase({ options }: EngineContext): PreviewBase {
  const base = options.previewBase?.() ?? null;
  if (base !== null) return base;
  throw new ThawError('unsupported', 'This owner serves no previews: its listener could not be opened.', {
    next: 'Start it with another --preview-host or --preview-port.',
  });
}

/** One entry a port, whatever the number of addresses that it listens on. */
function groupByPort(listening: readonly ListeningPort[]): ReadonlyMap<number, ListeningPort[]> {
  const groups = new Map<number, ListeningPort[]>();
  for (const entry of listening) {
    const group = groups.get(entry.port);
    if (group === undefined) groups.set(entry.port, [entry]);
    else group.push(entry);
  }
  return groups;
}

export function previewOperations(context: EngineContext, tokens: PreviewTokens): PreviewOperations {
  const { registry } = context;
  return {
    async url(name, port, call) {
      const base = requireBase(context);
      const sandbox = registry.find(name, call);
      const sandboxId = sandbox.record.id;
      const address = { name: sandboxId, port };
      const token = tokens.standard(sandbox);
      return { sandboxId, port, url: hostUrl(base, address), pathUrl: pathUrl(base, address), token };
    },
    async signedUrl(name, port, seconds = DEFAULT_SECONDS, call) {
      const base = requireBase(context);
      const sandbox = registry.find(name, call);
      const { token, expiresAt } = tokens.sign(sandbox, port, seconds);
      const address = { name: token, port };
      const urls = { url: hostUrl(base, address), pathUrl: pathUrl(base, address) };
      return { sandboxId: sandbox.record.id, port, ...urls, token, expiresAt: toTimestamp(expiresAt) };
    },
    async expire(name, port, token, call) {
      const sandbox = registry.find(name, call);
      return { sandboxId: sandbox.record.id, port, expired: tokens.expire(sandbox, port, token) };
    },
    async ports(name, call) {
      const sandbox = registry.find(name, call);
      const { agent } = await requireGuest(context, sandbox);
      registry.touch(sandbox);
      const listening = await openPorts(agent);
      const processes = await findListeners(agent, listening);
      const ports = [...groupByPort(listening)].map(([port, entries]) => ({
        port,
        addresses: entries.map(({ address }) => address),
        ...entries.map(({ inode }) => processes.get(inode)).find((found) => found !== undefined),
      }));
      return { sandboxId: sandbox.record.id, ports };
    },
  };
}
