/** What one gateway and one connection may take, whatever its peer does. */

export const limits = {
  /** Open connections in all. */
  connections: 256,
  /** Of these, such that have not shown a valid token yet; as `MaxStartups` of OpenSSH. */
  strangers: 32,
  /** How long a connection may take to show one. */
  loginMs: 30_000,
  /** Wrong tokens on one connection. */
  loginAttempts: 3,
  /** How long the answer to a wrong token is kept back: with `strangers` it bounds the guesses a second. */
  refusalDelayMs: 500,
  /** How long a connection that is over may take to be closed by its peer. */
  closingMs: 1_000,
  /** Channels of one connection: commands, file transfers and forwarded connections. */
  channels: 128,
  /** Ports that one connection has listened to in the sandbox. */
  listeners: 16,
  /** Variables of one session, and the length of a value. */
  variables: 64,
  variableBytes: 8 * 1024,
  /** What may wait in a socket for a peer that does not read, before whoever writes waits, */
  unsentBytes: 1024 * 1024,
  /** and before the connection is cut: answers that are not data cannot wait. */
  maxUnsentBytes: 32 * 1024 * 1024,
  /** What a channel may hold that the sandbox has not taken: twice the window that its peer is given. */
  maxUnreadBytes: 4 * 1024 * 1024,
  /** The smallest packet that a peer may insist on; every real one takes 32 KiB. */
  minPacketBytes: 1024,
} as const;
