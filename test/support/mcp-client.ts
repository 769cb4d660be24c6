/** Real MCP clients for tests: over the owner's socket, and over the standard streams of a spawned relay. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { SocketClientTransport } from './socket-client-transport.ts';

export const newClient = (): Client => new Client({ name: 'thaw-test', version: '1.0.0' });

export async function connectSocketClient(path: string): Promise<Client> {
  const client = newClient();
  await client.connect(new SocketClientTransport(path));
  return client;
}

export interface StdioClient {
  readonly client: Client;
  /** The relay's process id. */
  readonly pid: number;
}

/** Spawns `command` and speaks MCP with it. */
export async function spawnStdioClient(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<StdioClient> {
  const [program = '', ...args] = command;
  const transport = new StdioClientTransport({ command: program, args, env: { ...env }, stderr: 'ignore' });
  const client = newClient();
  await client.connect(transport);
  if (transport.pid === null) throw new Error('the relay has no process id');
  return { client, pid: transport.pid };
}

export interface CallOutcome {
  readonly isError: boolean;
  readonly text: string;
  readonly structured: Readonly<Record<string, unknown>> | undefined;
  /** Pictures and links behind the text. */
  readonly more: CallToolResult['content'];
}

/** Calls a tool and takes its one text block apart from its structured part. */
export async function call(
  client: Client,
  name: string,
  args: Readonly<Record<string, unknown>> = {},
): Promise<CallOutcome> {
  const result = await client.callTool({ name, arguments: { ...args } });
  const content: CallToolResult['content'] = Array.isArray(result.content) ? result.content : [];
  const [block, ...more] = content;
  if (block?.type !== 'text' || more.some(({ type }) => type === 'text'))
    throw new Error('expected one text block');
  const structured = result.structuredContent;
  return {
    isError: result.isError === true,
    text: block.text,
    structured: typeof structured === 'object' && structured !== null ? { ...structured } : undefined,
    more,
  };
}
