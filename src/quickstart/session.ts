/** Runs the agent's session, shown once call by call and repeated for its timings, then the same with plain Docker. */
import { setTimeout as sleep } from 'node:timers/promises';
import { randomHex } from '../ids.ts';
import type { AgentClient } from './agent-client.ts';
import { type AgentStep, agentSteps } from './agent-steps.ts';
import { runDockerSession } from './docker-steps.ts';
import type { PlainDocker } from './plain-docker.ts';
import { indent, shortCall } from './show.ts';
import type { TimelineRow } from './timeline.ts';

/** By this label the quickstart finds its own sandboxes again when it has to remove them early. */
export const QUICKSTART_LABEL = 'thaw.quickstart';
export const ROUNDS = 3;
/** What the daemon gets to come to rest between two rounds. */
const REST_MS = 250;

export interface SessionOptions {
  readonly agent: AgentClient;
  readonly docker: PlainDocker;
  readonly image: string;
  /** Value of the label. */
  readonly run: string;
  readonly write: (line: string) => void;
  readonly signal: AbortSignal;
  /** Resolves when the pool is full. */
  readonly warm: () => Promise<void>;
}

/** A step of the session that failed; the message names it. */
export class StepFailed extends Error {
  override readonly name = 'StepFailed';
}

async function runStep({ agent, signal }: SessionOptions, step: AgentStep) {
  signal.throwIfAborted();
  try {
    const { value, ms } = await agent.call(step.tool, step.args);
    return { ms, summary: step.summarize(value) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const reason = error instanceof Error ? error.message : String(error);
    throw new StepFailed(`The step "${step.title}" (${step.tool}) failed: ${reason}`, { cause: error });
  }
}

async function agentRound(options: SessionOptions, shown: boolean): Promise<readonly number[]> {
  const { run, write } = options;
  await options.warm();
  const times: number[] = [];
  for (const step of agentSteps(`quickstart-${randomHex(3)}`, { [QUICKSTART_LABEL]: run })) {
    const { ms, summary } = await runStep(options, step);
    times.push(ms);
    if (!shown) continue;
    write(`  ${shortCall(step.tool, step.args)}`);
    write(indent(`${ms.toFixed(2)} ms: ${summary}`));
  }
  return times;
}

/** All rounds of both ways. Throws StepFailed, or the abort's reason. */
export async function timeSessions(options: SessionOptions): Promise<readonly TimelineRow[]> {
  const { docker, image, signal, write, run } = options;
  const thaw: (readonly number[])[] = [await agentRound(options, true)];
  write(
    `\nMeasuring: ${ROUNDS} such sessions in all, and ${ROUNDS} with plain Docker on the same engine and image …`,
  );
  while (thaw.length < ROUNDS) thaw.push(await agentRound(options, false));
  await options.warm();
  const plain: Awaited<ReturnType<typeof runDockerSession>>[] = [];
  while (plain.length < ROUNDS) {
    await sleep(REST_MS, undefined, { signal });
    plain.push(await runDockerSession(docker, image, signal));
  }
  return agentSteps('', { [QUICKSTART_LABEL]: run }).map(({ title, tool }, index) => ({
    title,
    tool,
    thawMs: thaw.flatMap((round) => round[index] ?? []),
    docker: plain[0]?.[index]?.title ?? '',
    dockerMs: plain.flatMap((round) => round[index]?.ms ?? []),
  }));
}
