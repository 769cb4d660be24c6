/** The options of the owner that are about its listeners. Plain data: the relay checks its flags with it. */
import type { OwnerOption } from './owner-options.ts';

export const httpOptions = {
  httpHost: {
    flag: 'http-host',
    variable: 'THAW_HTTP_HOST',
    kind: 'text',
    default: '127.0.0.1',
    help: 'address that HTTP (API and MCP) is served on; any other than loopback lets the network try keys',
  },
  httpPort: {
    flag: 'http-port',
    variable: 'THAW_HTTP_PORT',
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: 4440,
    help: 'port that HTTP is served on, a free one when it is in use; 0 turns HTTP off',
  },
  httpAllowedHosts: {
    flag: 'http-allowed-hosts',
    variable: 'THAW_HTTP_ALLOWED_HOSTS',
    kind: 'text',
    default: null,
    shownDefault: 'localhost and the addresses of this machine',
    help: 'more host names that HTTP answers to, comma-separated',
  },
  httpAllowedOrigins: {
    flag: 'http-allowed-origins',
    variable: 'THAW_HTTP_ALLOWED_ORIGINS',
    kind: 'text',
    default: null,
    shownDefault: 'none',
    help: 'origins of web pages that may call MCP over HTTP, comma-separated',
  },
  oauthIssuer: {
    flag: 'oauth-issuer',
    variable: 'THAW_OAUTH_ISSUER',
    kind: 'text',
    default: null,
    shownDefault: 'none, API keys alone',
    help: 'issuer whose JWTs are let in over HTTP beside API keys',
  },
  oauthAudience: {
    flag: 'oauth-audience',
    variable: 'THAW_OAUTH_AUDIENCE',
    kind: 'text',
    default: null,
    shownDefault: 'none',
    help: 'audience that those JWTs must be made for: the URL of this server as its users know it',
  },
  oauthJwksUrl: {
    flag: 'oauth-jwks-url',
    variable: 'THAW_OAUTH_JWKS_URL',
    kind: 'text',
    default: null,
    shownDefault: "what the issuer's metadata say",
    help: 'where the keys of the issuer are',
  },
} as const satisfies Record<string, OwnerOption>;

export const previewOptions = {
  previewHost: {
    flag: 'preview-host',
    variable: 'THAW_PREVIEW_HOST',
    kind: 'text',
    default: '127.0.0.1',
    help: 'address that previews are served on',
  },
  previewPort: {
    flag: 'preview-port',
    variable: 'THAW_PREVIEW_PORT',
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: 4480,
    help: 'port that previews are served on, or a free one when it is in use; 0 any free one',
  },
  previewDomain: {
    flag: 'preview-domain',
    variable: 'THAW_PREVIEW_DOMAIN',
    kind: 'text',
    default: 'localhost',
    help: 'domain of preview URLs, all names below it leading here; https://NAME behind a TLS proxy',
  },
} as const satisfies Record<string, OwnerOption>;

export const sshOptions = {
  sshHost: {
    flag: 'ssh-host',
    variable: 'THAW_SSH_HOST',
    kind: 'text',
    default: '127.0.0.1',
    help: 'address that the SSH gateway listens on; any other than loopback lets the network try tokens',
  },
  sshPort: {
    flag: 'ssh-port',
    variable: 'THAW_SSH_PORT',
    kind: 'integer',
    min: 0,
    max: 65_535,
    default: 2222,
    help: 'port of the SSH gateway, a free one when it is taken; 0 turns the gateway off',
  },
} as const satisfies Record<string, OwnerOption>;
