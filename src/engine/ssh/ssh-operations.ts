/** SSH access to sandboxes: the tokens as the tools know them, and the door that the gateway knocks at. */
import type { SshAccess } from '../../../schemas/ssh.ts';
import type { SshOperations } from '../../backend/port.ts';
import type { SandboxAccess, SshEndpoint } from '../../backend/sandbox-access.ts';
import { toTimestamp } from '../../clock.ts';
import { ThawError } from '../../errors.ts';
import type { EngineContext } from '../context.ts';
import { toApiSandbox } from '../lifecycle/to-api.ts';
import type { SshAccessRecord } from '../store/records.ts';
import { sshCommand, sshConfig } from './ssh-texts.ts';
import { SshTokens } from './ssh-tokens.ts';
import { openVisit, type SshVisit } from './ssh-visit.ts';

export interface EngineSsh extends SshOperations {
  /** Opens a way into the sandbox of a valid token, whatever its state; null for any other token. */
  admit(token: string): SandboxAccess | null;
}

const toApi = (record: SshAccessRecord, token: string, name: string, endpoint: SshEndpoint): SshAccess => ({
  id: record.id,
  sandboxId: record.sandboxId,
  token,
  expiresAt: toTimestamp(record.expiresAt),
  createdAt: toTimestamp(record.createdAt),
  updatedAt: toTimestamp(record.createdAt),
  sshCommand: sshCommand(token, endpoint),
  sshConfig: sshConfig(name, token, endpoint),
});

export function sshOperations(context: EngineContext): EngineSsh {
  const { registry, store, clock, options } = context;
  const tokens = new SshTokens(store, clock);
  const visits = new Set<SshVisit>();
  /** The sandbox went with its tokens, but the memory of them is only looked at when one is shown. */
  const known = (token: string): SshAccessRecord | null => {
    const record = tokens.find(token);
    if (record === null || registry.byId(record.sandboxId) !== null) return record;
    tokens.drop(record.sandboxId);
    return null;
  };
  const endVisits = ({ id }: SshAccessRecord): void => {
    const reason = new ThawError('permission_denied', 'The SSH token was revoked.');
    for (const visit of visits) if (visit.accessId === id) visit.end(reason);
  };
  return {
    async create(name, { expiresInMinutes }, call) {
      const sandbox = registry.find(name, call);
      const endpoint = options.sshEndpoint?.() ?? null;
      if (endpoint === null) {
        throw new ThawError('unsupported', 'The SSH gateway of this Thaw does not run.', {
          next: 'Run `thaw status` on the host to see why, and start Thaw with a --ssh-port that is free.',
        });
      }
      const earlier = tokens.of(sandbox.record.id);
      const { token, record } = tokens.create(sandbox.record.id, expiresInMinutes);
      if (earlier !== null) endVisits(earlier);
      registry.touch(sandbox);
      return toApi(record, token, sandbox.record.name, endpoint);
    },
    async revoke(name, token, call) {
      const sandbox = registry.find(name, call);
      const { id } = sandbox.record;
      const record = tokens.of(id);
      const meant = record !== null && (token === null || tokens.find(token)?.id === record.id);
      if (meant) {
        tokens.drop(id);
        endVisits(record);
      }
      registry.touch(sandbox);
      return { ...toApiSandbox(context, sandbox.record), revoked: meant ? 1 : 0 };
    },
    async validate(token, call) {
      const record = known(token);
      const own = registry.of(call).find(({ record: { id } }) => id === record?.sandboxId);
      return { valid: own !== undefined, sandboxId: own?.record.id ?? null };
    },
    admit(token) {
      const record = known(token);
      const sandbox = record === null ? null : registry.byId(record.sandboxId);
      if (record === null || sandbox === null) return null;
      const visit = openVisit({ context, sandbox, record, onClosed: () => visits.delete(visit) });
      visits.add(visit);
      return visit;
    },
  };
}
