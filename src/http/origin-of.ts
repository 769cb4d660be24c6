/** The address at which a caller reached the listener, as links for that caller begin. */
import type { IncomingMessage } from 'node:http';

/**
 * The listener has checked the Host by then. A proxy in front that ends TLS says so in `X-Forwarded-Proto`; who else says it
 * gets a link of its own that leads nowhere.
 */
export function originOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const forwarded = headers['x-forwarded-proto'];
  return `${forwarded === 'https' ? 'https' : 'http'}://${headers.host ?? ''}`;
}
