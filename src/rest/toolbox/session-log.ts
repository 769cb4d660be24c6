/** Output of session commands in the API's form: each chunk behind three bytes that name its stream (reference §4.3). */
import type { JobChunk } from '../../backend/jobs.ts';
import type { ToolboxCall } from './route.ts';
import { offeredProtocols } from './socket.ts';

const MARKS = { stdout: Buffer.from([1, 1, 1]), stderr: Buffer.from([2, 2, 2]) } as const;
const VERSION_HEADER = 'x-daytona-sdk-version';
const VERSION_PROTOCOL = 'X-Daytona-SDK-Version~';
const SPLIT_HEADER = 'x-daytona-split-output';
/** The first release whose SDK takes the streams apart: 0.167. */
const [SPLIT_MAJOR, SPLIT_MINOR] = [0, 167];

export const marked = ({ stream, data }: JobChunk): Buffer => Buffer.concat([MARKS[stream], data]);

const join = (chunks: readonly JobChunk[]): string =>
  Buffer.concat(chunks.map(({ data }) => data)).toString('utf8');

export interface SessionOutput {
  /** With the marks. */
  readonly output: string;
  readonly stdout: string;
  readonly stderr: string;
}

export const splitOutput = (chunks: readonly JobChunk[]): SessionOutput => ({
  output: Buffer.concat(chunks.map(marked)).toString('utf8'),
  stdout: join(chunks.filter(({ stream }) => stream === 'stdout')),
  stderr: join(chunks.filter(({ stream }) => stream === 'stderr')),
});

/** How a client wants output: both streams apart, marked in one text, or one text without marks. */
export type OutputForm = 'split' | 'marked' | 'plain';

export function outputForm(call: Pick<ToolboxCall, 'headers'>): OutputForm {
  const protocol = offeredProtocols(call).find((name) => name.startsWith(VERSION_PROTOCOL));
  const header = call.headers[VERSION_HEADER];
  const version = typeof header === 'string' ? header : protocol?.slice(VERSION_PROTOCOL.length);
  if (version === undefined) return call.headers[SPLIT_HEADER] === 'true' ? 'marked' : 'plain';
  const [, major, minor] = /^v?(\d{1,6})\.(\d{1,6})/.exec(version) ?? [];
  // A development version has no numbers.
  if (major === undefined || minor === undefined) return 'split';
  const isNew = Number(major) > SPLIT_MAJOR || Number(minor) >= SPLIT_MINOR;
  return isNew ? 'split' : 'marked';
}

/** As one text, for clients that do not take the streams apart. */
export const oneText = (chunks: readonly JobChunk[], form: OutputForm): string =>
  form === 'plain' ? join(chunks) : splitOutput(chunks).output;
