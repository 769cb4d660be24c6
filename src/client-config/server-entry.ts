/** How a client reaches Thaw, and how a person or a file writes that down. */

/** A server that the client spawns. */
export interface StdioServer {
  readonly kind: 'stdio';
  /** Absolute: clients with windows do not have the shell's PATH. */
  readonly command: string;
  readonly args: readonly string[];
  /** Settings of Thaw that the client's owner must have, too. */
  readonly env: Readonly<Record<string, string>>;
}

/** A server that runs already; the API key stays out of the file wherever the client has a way for that. */
export interface HttpServer {
  readonly kind: 'http';
  readonly url: string;
}

export type ServerEntry = StdioServer | HttpServer;

/** The variable that clients read the API key from. */
export const KEY_VARIABLE = 'THAW_API_KEY';

/** Command, arguments and, where there are any, variables, as all clients spell them. */
export const stdioFields = ({ command, args, env }: StdioServer): Readonly<Record<string, unknown>> => ({
  command,
  args,
  ...(Object.keys(env).length > 0 ? { env } : {}),
});

/** URL and the header with the key, which `key` stands for. */
export const httpFields = ({ url }: HttpServer, key: string): Readonly<Record<string, unknown>> => ({
  url,
  headers: { Authorization: `Bearer ${key}` },
});

/** For a POSIX shell. */
export const shellQuote = (text: string): string =>
  /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
