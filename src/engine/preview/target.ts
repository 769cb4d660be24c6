/** The engine's side of the preview proxy: who is let in, connections into sandboxes, and waking them. */
import type { PreviewAddress } from '../../backend/preview-address.ts';
import { isSignedName } from '../../backend/preview-address.ts';
import type {
  PreviewAdmission,
  PreviewCredentials,
  PreviewGrant,
  PreviewProof,
  PreviewTarget,
} from '../../backend/preview-target.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { startSandbox } from '../lifecycle/start.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import { connectToPort } from './connect.ts';
import { openPorts } from './open-ports.ts';
import type { PreviewTokens } from './preview-tokens.ts';

/** A sandbox with this label set to `true` is started by a request that may see its previews. */
export const WAKE_LABEL = 'thaw.wake-on-preview';

/** Web terminal, toolbox and recordings of the API: public is meant for what the user serves. */
const ALWAYS_PRIVATE: ReadonlySet<number> = new Set([22_222, 2_280, 33_333]);

/** Half of what a guest agent can hold, so that previews never keep commands out. */
const MAX_CONNECTIONS = 512;

function provenBy(
  tokens: PreviewTokens,
  sandbox: ManagedSandbox,
  port: number,
  { bearer, header, query, cookies }: PreviewCredentials,
): PreviewProof | null {
  const opens = (token: string | null): boolean => token !== null && tokens.opens(sandbox, token);
  if (opens(bearer)) return 'bearer';
  if (opens(header)) return 'header';
  if (opens(query)) return 'query';
  if (cookies.some(opens)) return 'cookie';
  return sandbox.record.public && !ALWAYS_PRIVATE.has(port) ? 'public' : null;
}

function toGrant({ record }: ManagedSandbox, port: number, proof: PreviewProof): PreviewGrant {
  const { id, organizationId, generation, state, labels } = record;
  const owner = organizationId === null ? {} : { organizationId };
  return { sandboxId: id, ...owner, port, generation, state, wakes: labels[WAKE_LABEL] === 'true', proof };
}

export function previewTarget(context: EngineContext, tokens: PreviewTokens): PreviewTarget {
  const { registry } = context;
  const open = new WeakMap<ManagedSandbox, number>();
  const waking = new WeakMap<ManagedSandbox, Promise<void>>();

  const admit = ({ name, port }: PreviewAddress, credentials: PreviewCredentials): PreviewAdmission => {
    const signed = isSignedName(name);
    const id = signed ? tokens.signedFor(name, port) : name;
    const sandbox = id === null ? null : registry.get(id);
    if (sandbox === null) return { kind: 'unknown' };
    const proof = signed ? 'signed' : provenBy(tokens, sandbox, port, credentials);
    return proof === null ? { kind: 'denied' } : { kind: 'granted', grant: toGrant(sandbox, port, proof) };
  };

  return {
    admit,
    async dial({ sandboxId, port }) {
      const sandbox = registry.require(sandboxId);
      const count = open.get(sandbox) ?? 0;
      if (count >= MAX_CONNECTIONS) {
        throw new ThawError('capacity', `More than ${MAX_CONNECTIONS} preview connections to one sandbox.`, {
          next: 'Close some of them, then try again.',
        });
      }
      const release = (): void => void open.set(sandbox, (open.get(sandbox) ?? 1) - 1);
      open.set(sandbox, count + 1);
      try {
        const stream = await connectToPort(context, sandbox, port);
        stream.once('close', release);
        return stream;
      } catch (error) {
        release();
        throw error;
      }
    },
    async ports(sandboxId) {
      const { agent } = await requireGuest(context, registry.require(sandboxId));
      return [...new Set((await openPorts(agent)).map(({ port }) => port))];
    },
    async wake({ sandboxId, port, proof }) {
      const sandbox = registry.require(sandboxId);
      const work =
        waking.get(sandbox) ?? startSandbox(context, sandbox).finally(() => waking.delete(sandbox));
      waking.set(sandbox, work);
      await work;
      return toGrant(sandbox, port, proof);
    },
    touch(sandboxId) {
      const sandbox = registry.get(sandboxId);
      if (sandbox !== null) registry.touch(sandbox);
    },
    token: (sandboxId) => tokens.standard(registry.require(sandboxId)),
  };
}
