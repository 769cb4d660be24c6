/** The keys that URLs of a sandbox's files are signed with. */
import type { SigningOperations } from '../backend/signing-operations.ts';
import { randomHex } from '../ids.ts';
import { isSigned } from '../signed-urls.ts';
import type { EngineContext } from './context.ts';
import type { ManagedSandbox } from './managed-sandbox.ts';

const KEY_BYTES = 32;

export function signingOperations({ registry, clock }: EngineContext): SigningOperations {
  const renew = (sandbox: ManagedSandbox): string => {
    const signingKey = randomHex(KEY_BYTES);
    registry.update(sandbox, { signingKey });
    return signingKey;
  };
  return {
    async key(name, call) {
      const sandbox = registry.find(name, call);
      return sandbox.record.signingKey ?? renew(sandbox);
    },
    rotate: async (name, call) => renew(registry.find(name, call)),
    async admit(sandboxId, request) {
      const record = registry.get(sandboxId)?.record;
      if (record === undefined || record.signingKey === null) return null;
      if (!isSigned(record.signingKey, request, clock.now())) return null;
      return record.organizationId === null ? {} : { organizationId: record.organizationId };
    },
  };
}
