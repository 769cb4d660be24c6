/** The ssh group of the port over the API. */
import { z } from 'zod';
import type { SshAccess } from '../../../schemas/ssh.ts';
import type { SshOperations } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import { changeSandbox } from '../sandboxes/change.ts';
import { Moment, orElse, orNull } from '../wire/values.ts';

const WireAccess = z.looseObject({
  id: z.uuid(),
  sandboxId: z.uuid(),
  token: z.string(),
  expiresAt: Moment,
  createdAt: Moment,
  updatedAt: Moment,
  sshCommand: orElse(z.string(), ''),
  // Of a Thaw server, beside the API's own.
  sshConfig: z.string().optional().catch(undefined),
});

/** The block for ~/.ssh/config that stands for `ssh -p 2222 TOKEN@host`; empty for a command of another form. */
export function configOf(sandboxId: string, command: string): string {
  const parts = /^ssh (?:-p (\d{1,5}) )?([A-Za-z0-9_-]+)@([A-Za-z0-9.:[\]-]+)$/.exec(command.trim());
  if (parts === null) return '';
  const [, port = '22', user = '', host = ''] = parts;
  return `Host thaw-${sandboxId}\n  HostName ${host}\n  Port ${port}\n  User ${user}\n`;
}

const toAccess = (wire: z.output<typeof WireAccess>): SshAccess => {
  const { id, sandboxId, token, expiresAt, createdAt, updatedAt, sshCommand, sshConfig } = wire;
  return {
    id,
    sandboxId,
    token,
    expiresAt,
    createdAt,
    updatedAt,
    sshCommand,
    sshConfig: sshConfig ?? configOf(sandboxId, sshCommand),
  };
};

export function sshOperations(remote: RemoteContext): SshOperations {
  const { api } = remote;
  return {
    async create(sandbox, { expiresInMinutes }, context) {
      const wire = await api.call({ name: 'createSshAccess' }, WireAccess, context, (init) =>
        api.client.POST('/sandbox/{sandboxIdOrName}/ssh-access', {
          params: { path: { sandboxIdOrName: sandbox }, query: { expiresInMinutes } },
          ...init,
        }),
      );
      return toAccess(wire);
    },
    async revoke(sandbox, token, context) {
      const changed = await changeSandbox(
        remote,
        sandbox,
        {
          operation: { name: 'revokeSshAccess', idempotent: true },
          request: (init) =>
            api.client.DELETE('/sandbox/{sandboxIdOrName}/ssh-access', {
              params: { path: { sandboxIdOrName: sandbox }, query: token === null ? {} : { token } },
              ...init,
            }),
        },
        context,
      );
      // The API does not say how many there were; a Thaw server does.
      const revoked: unknown = Reflect.get(changed, 'revoked');
      return { ...changed, revoked: typeof revoked === 'number' ? revoked : null };
    },
    async validate(token, context) {
      // Only the gateway of a Daytona may ask; there it is an operation that this backend lacks.
      const operation = {
        name: 'validateSshAccess',
        idempotent: true,
        codes: { 403: 'unsupported_by_backend' },
      } as const;
      const Answer = z.looseObject({ valid: z.boolean(), sandboxId: orNull(z.uuid()).catch(null) });
      const { valid, sandboxId } = await api.call(operation, Answer, context, (init) =>
        api.client.GET('/sandbox/ssh-access/validate', { params: { query: { token } }, ...init }),
      );
      return { valid, sandboxId: valid ? sandboxId : null };
    },
  };
}
