/** An MCP client as agents have one: spawns `thaw mcp` and calls its tools over standard input and output. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { systemClock } from '../clock.ts';
import type { Environment } from '../config.ts';
import { version } from '../version.ts';

export interface SpawnedServer {
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** The whole environment of the program. */
  readonly environment: Environment;
}

export interface TimedResult {
  /** The structured part of the answer. */
  readonly value: Readonly<Record<string, unknown>>;
  /** From sending the call to having its answer parsed. */
  readonly ms: number;
}

export interface AgentClient {
  /** Names of the tools that the server offers. */
  tools(): Promise<readonly string[]>;
  /** Throws ToolCallError for an error result, and the SDK's own errors for a broken connection. */
  call(tool: string, args: Readonly<Record<string, unknown>>): Promise<TimedResult>;
  close(): Promise<void>;
}

/** A tool answered with an error; the message is the answer's text. */
export class ToolCallError extends Error {
  override readonly name = 'ToolCallError';
}

const CALL_TIMEOUT_MS = 60_000;

function definedOnly(environment: Environment): Record<string, string> {
  const entries = Object.entries(environment);
  return Object.fromEntries(entries.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

/** Spawns the server and initializes the session. */
export async function connectAgent({ command, environment }: SpawnedServer): Promise<AgentClient> {
  const [program = '', ...args] = command;
  const client = new Client({ name: 'thaw-quickstart', version });
  await client.connect(
    new StdioClientTransport({ command: program, args, env: definedOnly(environment), stderr: 'inherit' }),
  );
  return {
    tools: async () => (await client.listTools()).tools.map(({ name }) => name),
    async call(tool, input) {
      const started = systemClock.monotonic();
      const result = await client.callTool({ name: tool, arguments: { ...input } }, undefined, {
        timeout: CALL_TIMEOUT_MS,
      });
      const ms = systemClock.monotonic() - started;
      if (result.isError === true) throw new ToolCallError(`${tool}: ${textOf(result.content)}`);
      const value = result.structuredContent;
      if (typeof value !== 'object' || value === null) throw new ToolCallError(`${tool} answered no object.`);
      return { value: { ...value }, ms };
    },
    close: () => client.close(),
  };
}

function textOf(content: unknown): string {
  const [block]: readonly unknown[] = Array.isArray(content) ? content : [];
  if (typeof block !== 'object' || block === null || !('text' in block)) return 'an error without a text';
  return String(block.text);
}
