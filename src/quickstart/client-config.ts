/** What to paste into MCP clients so that they spawn this build of Thaw. */

export interface ClientConfig {
  readonly client: string;
  /** Where it goes, in words for a person. */
  readonly where: string;
  readonly text: string;
}

export interface ServerCommand {
  /** Absolute: clients with windows do not have the shell's PATH. */
  readonly command: string;
  readonly args: readonly string[];
  /** Settings of Thaw that this run had, so that the client's owner is the same one. */
  readonly env: Readonly<Record<string, string>>;
}

/** For a POSIX shell. */
const quote = (text: string): string =>
  /^[\w./:=@-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const pretty = (value: object): string => JSON.stringify(value, null, 2);

export function clientConfigs({ command, args, env }: ServerCommand): readonly ClientConfig[] {
  const hasEnv = Object.keys(env).length > 0;
  const server = { command, args, ...(hasEnv ? { env } : {}) };
  const shellEnv = Object.entries(env).map(([name, value]) => `--env ${quote(`${name}=${value}`)} `);
  return [
    {
      client: 'Claude Desktop',
      where: 'claude_desktop_config.json (Settings > Developer > Edit Config)',
      text: pretty({ mcpServers: { thaw: server } }),
    },
    {
      client: 'Claude Code',
      where: 'in a shell',
      text: `claude mcp add thaw ${shellEnv.join('')}-- ${[command, ...args].map(quote).join(' ')}`,
    },
    {
      client: 'VS Code',
      where: '.vscode/mcp.json of a workspace, or "MCP: Open User Configuration"',
      text: pretty({ servers: { thaw: { type: 'stdio', ...server } } }),
    },
    {
      client: 'Cursor',
      where: '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
      text: pretty({ mcpServers: { thaw: server } }),
    },
  ];
}
