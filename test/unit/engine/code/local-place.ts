/** The guest agent as an ordinary process of this machine, as the place where code runs. */
import { afterAll, beforeAll } from 'vitest';
import type { InterpreterEvent } from '../../../../schemas/code.ts';
import type { AgentConnection } from '../../../../src/engine/agent/port.ts';
import type { CodeEnd, Interpreter } from '../../../../src/engine/code/interpreter.ts';
import type { CodePlace } from '../../../../src/engine/code/launch.ts';
import { type LocalAgent, startLocalAgent } from '../../../support/local-agent.ts';

/** The agent may have to be built first. */
const BUILD_TIMEOUT_MS = 120_000;

/** To be called at the top of a test file. */
export function useLocalPlace(): () => CodePlace {
  let agent: LocalAgent;
  let connection: AgentConnection;
  beforeAll(async () => {
    agent = await startLocalAgent();
    connection = await agent.connect();
  }, BUILD_TIMEOUT_MS);
  afterAll(async () => {
    connection.close();
    await agent.stop();
  });
  const path = process.env['PATH'] ?? '';
  return () => ({ agent: connection, user: 'root', env: { PATH: path }, cwd: '/tmp' });
}

export interface Told {
  readonly end: CodeEnd;
  readonly events: readonly InterpreterEvent[];
  readonly stdout: string;
  readonly stderr: string;
}

const textOf = (events: readonly InterpreterEvent[], name: 'stdout' | 'stderr'): string =>
  events.map((event) => (event.type === name ? event.text : '')).join('');

/** Runs a piece of code and gathers all that it tells. */
export async function tell(
  interpreter: Interpreter,
  code: string,
  {
    timeoutMs = 15_000,
    env = {},
    signal = new AbortController().signal,
  }: {
    readonly timeoutMs?: number;
    readonly env?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<Told> {
  const events: InterpreterEvent[] = [];
  const end = await interpreter.execute({ code, env, timeoutMs }, (event) => void events.push(event), signal);
  return { end, events, stdout: textOf(events, 'stdout'), stderr: textOf(events, 'stderr') };
}

/** What the last expression was, as text. */
export const shown = ({ events }: Told): readonly string[] =>
  events.flatMap((event) => (event.type === 'result' && event.text !== undefined ? [event.text] : []));
