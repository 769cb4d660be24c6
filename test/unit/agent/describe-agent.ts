/** Runs a suite against both builds of the guest agent: the one that ships, and the one with sanitizers. */
import { afterAll, beforeAll, describe } from 'vitest';
import type {
  AgentConnection,
  GuestProcess,
  OutputName,
  ProcessExit,
  SpawnOptions,
} from '../../../src/engine/agent/port.ts';
import { type LocalAgent, type LocalAgentOptions, startLocalAgent } from '../../support/local-agent.ts';

export interface Subject {
  readonly local: LocalAgent;
  readonly agent: AgentConnection;
  readonly sanitized: boolean;
}

export const builds = [
  { name: 'release build', sanitize: false },
  { name: 'sanitized build', sanitize: true },
] as const;

/** `suite` gets a function that answers the agent, which lives as long as the suite. */
export function describeAgent(
  name: string,
  suite: (subject: () => Subject) => void,
  options: Omit<LocalAgentOptions, 'sanitize'> = {},
): void {
  describe.each(builds)(`${name}, $name`, ({ sanitize }) => {
    let subject: Subject | null = null;
    beforeAll(async () => {
      const local = await startLocalAgent({ ...options, sanitize });
      subject = { local, agent: await local.connect(), sanitized: sanitize };
    }, 120_000);
    afterAll(async () => {
      subject?.agent.close();
      // Throws when a sanitizer reported anything during the suite.
      await subject?.local.stop();
    });
    suite(() => {
      if (subject === null) throw new Error('the agent did not start');
      return subject;
    });
  });
}

export async function read(process: GuestProcess, name: OutputName = 'stdout'): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.output(name)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

export interface Outcome extends ProcessExit {
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export async function run(agent: AgentConnection, options: SpawnOptions, stdin?: string): Promise<Outcome> {
  const process = await agent.spawn({ ...options, stdin: stdin !== undefined });
  if (stdin !== undefined) {
    void process.write(Buffer.from(stdin)).then(() => process.closeStdin());
  }
  const [stdout, stderr] = await Promise.all([read(process, 'stdout'), read(process, 'stderr')]);
  return { ...(await process.exited), stdout, stderr };
}

export const shell = async (
  agent: AgentConnection,
  text: string,
  options: Partial<SpawnOptions> = {},
): Promise<Outcome> => await run(agent, { argv: ['/bin/sh', '-c', text], ...options });

/** Asks again until the answer is yes; the deadline is the test's. */
export async function eventually(condition: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
