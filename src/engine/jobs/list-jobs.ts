/** What jobs there are below a directory of the sandbox. */
import { ThawError } from '../../errors.ts';
import { type About, decodeAbout } from './about.ts';
import { type JobHost, runProgram } from './program.ts';
import { type JobState, readRecords, readState } from './records.ts';

const MAX_LISTING_BYTES = 4 * 1024 * 1024;
const TIMEOUT_MS = 15_000;
const MAX_NAME = 600;

export interface ListedJob {
  /** The path below the directory that was listed. */
  readonly name: string;
  /** Null where it makes no sense. */
  readonly about: About | null;
  readonly state: JobState;
}

async function* once(output: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(output);
}

/** Parses what `job-list` prints. Throws `agent_protocol` for anything else. */
export async function parseListing(output: Buffer): Promise<ListedJob[]> {
  const jobs: ListedJob[] = [];
  let name: string | null = null;
  let about: About | null = null;
  for await (const { type, body } of readRecords(once(output))) {
    if (type === 'name' && body.length <= MAX_NAME) name = body.toString('utf8');
    else if (type === 'about') about = decodeAbout(body);
    else if (type === 'state' && name !== null) jobs.push({ name, about, state: readState(body) });
    else throw new ThawError('agent_protocol', 'The list of commands makes no sense.');
  }
  return jobs;
}

/** The job in `directory`, or those below it. Nothing where there is no such directory. */
export async function listJobs(host: JobHost, directory: string, signal: AbortSignal): Promise<ListedJob[]> {
  const limits = { maxBytes: MAX_LISTING_BYTES, timeoutMs: TIMEOUT_MS, signal };
  return await parseListing((await runProgram(host, ['job-list', directory], limits)).output);
}
