/** The session of the quickstart's agent as data: which tool is called with what, and what its answer must say. */
import { CreatedSandbox } from '../../schemas/create-sandbox.ts';
import { ExecResult } from '../../schemas/exec.ts';
import { FileContent, FileListing, WrittenFile } from '../../schemas/files.ts';
import { SandboxPage } from '../../schemas/list-sandboxes.ts';
import { SandboxSummary } from '../../schemas/sandbox.ts';
import { program, programPath, resultPath } from './program.ts';

export interface AgentStep {
  readonly title: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The answer in short. Throws when it is not what it must be. */
  summarize(value: unknown): string;
}

/** An answer that is well-formed and wrong. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer';
}

function expectState(value: unknown, state: string): string {
  const sandbox = SandboxSummary.pick({ state: true, name: true }).parse(value);
  if (sandbox.state !== state) throw new UnexpectedAnswer(`the state is ${sandbox.state} and not ${state}`);
  return `state ${sandbox.state}`;
}

function summarizeRun(value: unknown): string {
  const { status, exitCode, stdout, stderr, durationMs } = ExecResult.parse(value);
  if (status === 'exited' && exitCode === 0) return `exit status 0 after ${durationMs} ms: ${stdout.trim()}`;
  const hint = exitCode === 127 ? ' (does the default snapshot have python3?)' : '';
  throw new UnexpectedAnswer(`the program ended with ${status} ${exitCode}${hint}: ${stderr.trim()}`);
}

function summarizeResult(value: unknown): string {
  const { content, sizeBytes, totalLines } = FileContent.parse(value);
  if (!content.includes('@')) throw new UnexpectedAnswer('the result file holds no picture');
  return `${totalLines} lines, ${sizeBytes} bytes\n${content.trimEnd()}`;
}

/** How many of the steps below it takes to have the program's result. */
export const STEPS_UNTIL_RESULT = 4;

/** Steps on one sandbox, in order. The label is how the list finds it. */
export const agentSteps = (name: string, labels: Readonly<Record<string, string>>): readonly AgentStep[] => [
  {
    title: 'create',
    tool: 'sandbox_create',
    args: { name, labels, env: { PYTHONDONTWRITEBYTECODE: '1' } },
    summarize(value) {
      const { state, startedFrom, tookMs } = CreatedSandbox.parse(value);
      if (state !== 'started') throw new UnexpectedAnswer(`the state is ${state} and not started`);
      return `state ${state}, ${startedFrom} start, ${tookMs} ms inside the engine`;
    },
  },
  {
    title: 'write a program',
    tool: 'sandbox_write_file',
    args: { sandbox: name, path: programPath, content: program },
    summarize: (value) => `${WrittenFile.parse(value).sizeBytes} bytes written`,
  },
  {
    title: 'run it',
    tool: 'sandbox_exec',
    args: { sandbox: name, command: `python3 ${programPath}` },
    summarize: summarizeRun,
  },
  {
    title: 'read its result',
    tool: 'sandbox_read_file',
    args: { sandbox: name, path: resultPath },
    summarize: summarizeResult,
  },
  {
    title: 'list',
    tool: 'sandbox_list',
    args: { labels },
    summarize(value) {
      const { items, total } = SandboxPage.parse(value);
      if (items[0]?.name !== name) throw new UnexpectedAnswer('the new sandbox is not in the list');
      return `${total} sandbox with that label: ${name}`;
    },
  },
  {
    title: 'stop',
    tool: 'sandbox_stop',
    args: { sandbox: name },
    summarize: (value) => expectState(value, 'stopped'),
  },
  {
    title: 'start again',
    tool: 'sandbox_start',
    args: { sandbox: name },
    summarize: (value) => expectState(value, 'started'),
  },
  {
    title: 'list its files',
    tool: 'sandbox_list_files',
    args: { sandbox: name },
    summarize(value) {
      const paths = FileListing.parse(value).entries.map(({ path }) => path);
      if (!paths.includes(resultPath)) throw new UnexpectedAnswer(`${resultPath} did not survive the stop`);
      return `${resultPath} is still there`;
    },
  },
  {
    title: 'delete',
    tool: 'sandbox_delete',
    args: { sandbox: name },
    summarize: (value) => expectState(value, 'destroyed'),
  },
];
