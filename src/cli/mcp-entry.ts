/** The relay in the list of commands, loaded with whoever lists it. */
import { mcpCommand } from './mcp.ts';
import type { CommandEntry } from './run.ts';

export const mcpEntry: CommandEntry = {
  name: 'mcp',
  summary: 'serve MCP on standard input and output (what an MCP client spawns)',
  load: () => Promise.resolve(mcpCommand),
};
