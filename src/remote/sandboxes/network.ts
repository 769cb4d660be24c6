/** The network group of the port over the API. */
import type { NetworkOperations } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { withoutUndefined } from '../without-undefined.ts';
import { changeSandbox } from './change.ts';

export function networkOperations(remote: RemoteContext): NetworkOperations {
  const { client } = remote.api;
  return {
    async set(sandbox, settings, context) {
      const changed = await changeSandbox(
        remote,
        sandbox,
        {
          operation: { name: 'updateNetworkSettings', idempotent: true, retryConflict: true },
          request: (init) =>
            client.POST('/sandbox/{sandboxIdOrName}/network-settings', {
              params: { path: { sandboxIdOrName: sandbox } },
              body: withoutUndefined(settings),
              ...init,
            }),
        },
        context,
      );
      const asked = settings.domainAllowList?.trim() ?? '';
      if (asked === '' || (changed.domainAllowList ?? '') !== '' || changed.networkBlockAll) return changed;
      throw new ThawError(
        'unsupported_by_backend',
        'The server ignores domainAllowList: it is older than that. What else was given is in force.',
        { next: 'Give networkAllowList (CIDRs) or networkBlockAll, which it knows.' },
      );
    },
    log: () =>
      Promise.reject(
        new ThawError('unsupported_by_backend', 'The Daytona API keeps no log of denied traffic.', {
          next: 'Try the connection with sandbox_exec; sandbox_get shows the policy.',
        }),
      ),
  };
}
