/**
 * Which names the listener answers to and which web pages may call it. A page whose name was made to lead here
 * (DNS rebinding) shows itself by its Host, a foreign page by its Origin.
 */
import type { IncomingMessage } from 'node:http';

export interface HostGuardOptions {
  /** The address that is listened on. */
  readonly host: string;
  /** More names, as `thaw.example.com` or `thaw.example.com:8443`. */
  readonly allowedHosts: readonly string[];
  /** More web pages, as `https://app.example.com`. */
  readonly allowedOrigins: readonly string[];
}

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/** An IPv4 address that came over an IPv6 socket, without its prefix; IPv6 ones in brackets, as in a Host. */
function addressName(address: string | undefined): string {
  const plain = (address ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return plain.includes(':') ? `[${plain}]` : plain;
}

interface HostParts {
  readonly name: string;
  readonly port: string;
}

/** Null for what is no host: with a user, a path or spaces. */
function parseHost(host: string): HostParts | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(host.toLowerCase());
  return match === null ? null : { name: match[1] ?? '', port: match[2] ?? '' };
}

export interface HostGuard {
  allowsHost(request: IncomingMessage): boolean;
  /** Requests without an Origin come from no web page. */
  allowsOrigin(request: IncomingMessage): boolean;
}

export function makeHostGuard({ host, allowedHosts, allowedOrigins }: HostGuardOptions): HostGuard {
  const names = new Set([...loopbackNames, addressName(host).toLowerCase()]);
  const hosts = new Set(allowedHosts.map((name) => name.toLowerCase()));
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase().replace(/\/$/, '')));

  const isKnown = (request: IncomingMessage, parts: HostParts): boolean => {
    // An address needs no name server, so it cannot be rebound.
    const here = addressName(request.socket.localAddress);
    if (names.has(parts.name) || parts.name === here) return true;
    return hosts.has(parts.name) || hosts.has(`${parts.name}:${parts.port}`);
  };
  return {
    allowsHost(request) {
      const parts = parseHost(request.headers.host ?? '');
      return parts !== null && isKnown(request, parts);
    },
    allowsOrigin(request) {
      const origin = request.headers.origin?.toLowerCase();
      if (origin === undefined || origins.has(origin)) return true;
      // The very page of this listener; another port of this machine may show what a sandbox serves.
      const { host: own } = request.headers;
      return own !== undefined && (origin === `http://${own}` || origin === `https://${own}`.toLowerCase());
    },
  };
}
