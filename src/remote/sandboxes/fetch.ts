/** One sandbox as the server has it. */
import type { CallContext } from '../../backend/port.ts';
import type { RemoteContext } from '../context.ts';
import { WireSandbox } from '../wire/sandbox.ts';

/** Throws `sandbox_not_found`. */
export async function fetchSandbox(
  remote: Pick<RemoteContext, 'api' | 'places'>,
  sandbox: string,
  context: Pick<CallContext, 'signal'>,
): Promise<WireSandbox> {
  const { api, places } = remote;
  const found = await api.call({ name: 'getSandbox', idempotent: true }, WireSandbox, context, (init) =>
    api.client.GET('/sandbox/{sandboxIdOrName}', {
      params: { path: { sandboxIdOrName: sandbox } },
      ...init,
    }),
  );
  places.learn(sandbox, found);
  return found;
}
