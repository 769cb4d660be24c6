/** The clients that Thaw knows to configure: their files, and the shape of an entry in them. */
import type { MemberPath } from './jsonc/edit.ts';
import { claudeCodeFile, claudeDesktopFile, cursorFile, type Machine, vsCodeFile } from './places.ts';
import { httpFields, KEY_VARIABLE, type ServerEntry, stdioFields } from './server-entry.ts';

/** A question that the client asks once and keeps the answer of by itself. */
export interface ClientInput {
  readonly id: string;
}

export interface McpClient {
  /** What `thaw install` calls it. */
  readonly id: string;
  readonly title: string;
  /** Where its file is, in words for a person. */
  readonly where: string;
  /** The file of this user. */
  readonly userFile: (machine: Machine) => string;
  /** The file of a project, below its root; null where the client has none. */
  readonly projectFile: readonly string[] | null;
  /** The member of the file that holds the servers. */
  readonly section: MemberPath[0];
  /** What stands for Thaw there; null where the client has no such servers in its file. */
  readonly entry: (server: ServerEntry) => Readonly<Record<string, unknown>> | null;
  /** What the entry refers to beside itself. */
  readonly input: ClientInput | null;
  /** What makes the client read its file again. */
  readonly reload: string;
}

/** The question for the API key that VS Code asks; it keeps the answer in its own secret storage. */
export const keyInput = {
  type: 'promptString',
  id: 'thaw-api-key',
  description: 'API key of Thaw (the file api-key in its state directory)',
  password: true,
} as const;

export const clients: readonly McpClient[] = [
  {
    id: 'claude',
    title: 'Claude Desktop',
    where: 'claude_desktop_config.json (Settings > Developer > Edit Config)',
    userFile: claudeDesktopFile,
    projectFile: null,
    section: 'mcpServers',
    // Its file takes servers to spawn alone; those over HTTP are added in its window.
    entry: (server) => (server.kind === 'stdio' ? stdioFields(server) : null),
    input: null,
    reload: 'Quit Claude Desktop and start it again.',
  },
  {
    id: 'claude-code',
    title: 'Claude Code',
    where: '~/.claude.json, or .mcp.json of a project',
    userFile: claudeCodeFile,
    projectFile: ['.mcp.json'],
    section: 'mcpServers',
    entry: (server) =>
      server.kind === 'stdio'
        ? { type: 'stdio', ...stdioFields(server) }
        : { type: 'http', ...httpFields(server, `\${${KEY_VARIABLE}}`) },
    input: null,
    reload: 'Sessions that are started from now on have it; /mcp shows it.',
  },
  {
    id: 'vscode',
    title: 'VS Code',
    where: '.vscode/mcp.json of a workspace, or "MCP: Open User Configuration"',
    userFile: vsCodeFile,
    projectFile: ['.vscode', 'mcp.json'],
    section: 'servers',
    entry: (server) =>
      server.kind === 'stdio'
        ? { type: 'stdio', ...stdioFields(server) }
        : { type: 'http', ...httpFields(server, `\${input:${keyInput.id}}`) },
    input: keyInput,
    reload: 'VS Code reads it by itself; "MCP: List Servers" shows it.',
  },
  {
    id: 'cursor',
    title: 'Cursor',
    where: '~/.cursor/mcp.json, or .cursor/mcp.json of a project',
    userFile: cursorFile,
    projectFile: ['.cursor', 'mcp.json'],
    section: 'mcpServers',
    entry: (server) =>
      server.kind === 'stdio' ? stdioFields(server) : httpFields(server, `\${env:${KEY_VARIABLE}}`),
    input: null,
    reload: 'Cursor reads it by itself; Settings > MCP shows it.',
  },
];

/** Whether an entry asks the client's question. */
export const usesInput = (client: McpClient, entry: object): boolean =>
  client.input !== null && JSON.stringify(entry).includes(`\${input:${client.input.id}}`);
