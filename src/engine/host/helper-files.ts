/** A container's files through the helper: its agent's binary reads and replays differences (`src/guest/DIFFERENCE.md`). */
import { ThawError } from '../../errors.ts';
import { deferred } from '../agent/deferred.ts';
import type { GuestProcess } from '../agent/port.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import type { HelperConnection } from './helper-host.ts';
import { parseOverlay } from './overlay-mount.ts';
import type { Codec, DifferenceReader, DifferenceWriter, HostFiles, ShownBounds } from './port.ts';

/** Where the helper has the host's file system, read-only: upper directories are read there. */
export const HOST_ROOT = '/host/root';
const ZSTD = '/usr/bin/zstd';
const MAX_STDERR_CHARS = 2_000;
/** Exit codes of the agent's difference commands. */
const BAD_STREAM = 2;
const TRUNCATED = 3;
const NOT_SUPPORTED = 5;
/** What a script prints for a writer whose exit code a pipe would hide. */
const FAILURE_MARK = 'thaw-diff-write-failed=';

/** Paths travel as arguments, never as shell text. */
const scripts = {
  read: `{ ${AGENT_PATH} diff-write --backlog "$2" "$1" || echo "${FAILURE_MARK}$?" >&2; } | ${ZSTD} -q -3 -c`,
  apply: `${ZSTD} -q -dc | ${AGENT_PATH} diff-apply "$1"`,
} as const;

const shell = (script: string, ...words: readonly string[]): string[] => [
  '/bin/sh',
  '-c',
  script,
  'sh',
  ...words,
];

const boundWords = ({ fileBytes, contentBytes }: ShownBounds): string[] => [
  String(fileBytes),
  String(contentBytes),
];

async function collect(chunks: AsyncIterable<Buffer>, onFirst = (): void => undefined): Promise<string> {
  let text = '';
  for await (const chunk of chunks) {
    if (text.length < MAX_STDERR_CHARS) text += chunk.toString('utf8');
    onFirst();
  }
  return text.slice(0, MAX_STDERR_CHARS).trim();
}

/** Waits for the end of a command and turns its exit code and its report (`key=value` words) into an error. */
async function outcome(process: GuestProcess, stderr: Promise<string>): Promise<void> {
  const [exit, report] = await Promise.all([process.exited, stderr]);
  const hidden = report.split(FAILURE_MARK)[1];
  const code = hidden === undefined ? exit.code : Number.parseInt(hidden, 10);
  if (code === 0) return;
  const detail = report === '' ? `exit code ${code}` : report;
  if (/\berrno=(ENOSPC|EDQUOT)\b/.test(report))
    throw new ThawError('disk_full', `The files could not be written: ${detail}`);
  if (code === BAD_STREAM || code === TRUNCATED)
    throw new ThawError('archive_damaged', `The stored files are damaged: ${detail}`);
  if (code === NOT_SUPPORTED)
    throw new ThawError('unsupported', `The file system of the sandbox cannot be copied: ${detail}`);
  throw new ThawError('engine_error', `The files could not be copied: ${detail}`);
}

export async function helperFiles(connection: HelperConnection): Promise<HostFiles> {
  const run = async (argv: readonly string[], stdin: boolean) => {
    const agent = await connection.agent();
    const process = await agent.spawn({ argv, cwd: '/', stdin });
    const told = deferred<void>();
    // A writer's first line says that the tree was read, or why not.
    const tell = (): void => told.resolve();
    const finished = outcome(process, collect(process.output('stderr'), tell));
    void finished.catch(() => undefined).finally(tell);
    return { process, finished, taken: told.promise };
  };
  const reading = async (argv: readonly string[], input: Buffer | null = null): Promise<DifferenceReader> => {
    const { process, finished, taken } = await run(argv, input !== null);
    if (input !== null) {
      // A reader that ends early says why by its exit code.
      void process
        .write(input)
        .catch(() => undefined)
        .then(() => process.closeStdin());
    }
    return { chunks: process.output('stdout'), taken, finished, abort: () => process.signal(9) };
  };
  const agent = await connection.agent();
  const codec: Codec = await agent.stat(ZSTD).then(
    () => 'zstd',
    () => 'none',
  );

  return {
    codec,
    hostDirectory: (path) => `${HOST_ROOT}${path}`,
    rootDirectory: ({ pid }) => `/proc/${pid}/root`,

    async overlay({ pid }) {
      const found = parseOverlay(await (await connection.agent()).rawRead(`/proc/${pid}/mountinfo`));
      if (found !== null) {
        const [upper, ...lowers] = [found.upper, ...found.lowers].map((path) => `${HOST_ROOT}${path}`);
        return { upper: upper ?? '', lowers };
      }
      throw new ThawError(
        'unsupported',
        'The storage driver of this Docker Engine is no overlay, so its differences cannot be read.',
        {
          next: 'Use a Docker Engine with the overlay2 or the overlayfs driver.',
        },
      );
    },

    async copy(upper, roots, heldBytes) {
      const command = [AGENT_PATH, 'diff-copy', '--backlog', String(heldBytes), upper, ...roots];
      const { taken, finished } = await run(command, false);
      return { taken, finished };
    },

    read: (upper, wanted, heldBytes) => {
      const held = String(heldBytes);
      return reading(
        wanted === 'none'
          ? [AGENT_PATH, 'diff-write', '--backlog', held, upper]
          : shell(scripts.read, upper, held),
      );
    },

    show: (upper, path, bounds, heldBytes) =>
      reading([AGENT_PATH, 'diff-show', '--backlog', String(heldBytes), ...boundWords(bounds), path, upper]),

    showImage: (lowers, asked, bounds) =>
      reading([AGENT_PATH, 'diff-base', ...boundWords(bounds), ...lowers], asked),

    async apply(root, used): Promise<DifferenceWriter> {
      const { process, finished } = await run(
        used === 'none' ? [AGENT_PATH, 'diff-apply', root] : shell(scripts.apply, root),
        true,
      );
      return {
        // A replay that ended early has the better explanation than the pipe that broke.
        write: (chunk) => process.write(chunk).catch(() => finished),
        async finish() {
          process.closeStdin();
          await finished;
        },
        abort: () => process.signal(9),
      };
    },
  };
}
