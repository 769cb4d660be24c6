/** What to paste into each client by hand: the README, the end of the quickstart and `thaw install --print` show it. */
import { clients, type McpClient, usesInput } from './clients.ts';
import { KEY_VARIABLE, type ServerEntry, shellQuote } from './server-entry.ts';

export interface Snippet {
  readonly client: McpClient;
  /** The whole of a file that has nothing else. */
  readonly text: string;
}

/** JSON with arrays of plain values on one line. Line ends are never inside of a text, so nothing else matches. */
const pretty = (value: object): string =>
  JSON.stringify(value, null, 2).replaceAll(
    /\[\n\s+([^[\]{}\n]+(?:\n\s+[^[\]{}\n]+)*)\n\s+\]/g,
    (_, items: string) => `[${items.replaceAll(/\n\s+/g, ' ')}]`,
  );

/** The file of a client that knows no other server; null where it takes none of this kind. */
export function snippetOf(client: McpClient, server: ServerEntry, name = 'thaw'): string | null {
  const entry = client.entry(server);
  if (entry === null) return null;
  const inputs = usesInput(client, entry) ? { inputs: [client.input] } : {};
  return pretty({ ...inputs, [client.section]: { [name]: entry } });
}

/** One for each client that takes such a server. */
export const snippets = (server: ServerEntry): readonly Snippet[] =>
  clients.flatMap((client) => {
    const text = snippetOf(client, server);
    return text === null ? [] : [{ client, text }];
  });

/** The command of Claude Code's own that does what its snippet does. */
export function claudeCodeCommand(server: ServerEntry, name = 'thaw'): string {
  if (server.kind === 'http') {
    const header = `"Authorization: Bearer $${KEY_VARIABLE}"`;
    return `claude mcp add --transport http ${name} ${shellQuote(server.url)} --header ${header}`;
  }
  const { command, args, env } = server;
  const variables = Object.entries(env).map(([key, value]) => `--env ${shellQuote(`${key}=${value}`)} `);
  return `claude mcp add ${name} ${variables.join('')}-- ${[command, ...args].map(shellQuote).join(' ')}`;
}
