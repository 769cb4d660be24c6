/** Answers every request of a connection that cannot be served with the reason, so that its client can show it. */
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { ThawError } from '../errors.ts';
import type { Logger } from '../log.ts';

const INVALID_PARAMS = -32_602;

/** Resolves when it listens. */
export async function refuseConnection(transport: Transport, reason: ThawError, log: Logger): Promise<void> {
  const message = `${reason.message} ${reason.next}`;
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK has callbacks and no events
  transport.onmessage = (request) => {
    if (!('method' in request) || !('id' in request)) return;
    transport
      .send({ jsonrpc: '2.0', id: request.id, error: { code: INVALID_PARAMS, message } })
      .catch((error: unknown) => log.debug({ err: error }, 'a refusal could not be sent'));
  };
  log.info({ reason: reason.message }, 'connection refused');
  await transport.start();
}
