/** A container's files through the helper: its agent's binary reads and replays differences (`src/guest/DIFFERENCE.md`). */
import { ThawError } from '../../errors.ts';
import type { GuestProcess } from '../agent/port.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import type { HelperConnection } from './helper-host.ts';
import { parseUpperDirectory } from './overlay-mount.ts';
import type { Codec, DifferenceReader, DifferenceWriter, HostFiles } from './port.ts';

/** The host's own file system, from inside of a helper that shares its process ids. */
const HOST_ROOT = '/proc/1/root';
const ZSTD = '/usr/bin/zstd';
const MAX_STDERR_CHARS = 2_000;
/** Exit codes of `diff-apply`. */
const BAD_STREAM = 2;
const TRUNCATED = 3;
const NO_SPACE = 5;

/** Paths travel as arguments, never as shell text. A failed writer says so on stderr, because a pipe hides its code. */
const WRITE = `{ ${AGENT_PATH} diff-write "$1" || echo "the difference could not be read" >&2; }`;
const scripts = {
  copy: `${WRITE} | { shift; ${AGENT_PATH} diff-apply "$@"; }`,
  read: { none: WRITE, zstd: `${WRITE} | ${ZSTD} -q -3 -c` },
  apply: { none: `${AGENT_PATH} diff-apply "$1"`, zstd: `${ZSTD} -q -dc | ${AGENT_PATH} diff-apply "$1"` },
} as const;

async function collect(chunks: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) if (text.length < MAX_STDERR_CHARS) text += chunk.toString('utf8');
  return text.slice(0, MAX_STDERR_CHARS).trim();
}

/** Waits for the end of a script and turns its exit code into an error. Any word on stderr is a failure. */
async function outcome(process: GuestProcess, stderr: Promise<string>): Promise<void> {
  const [{ code }, text] = await Promise.all([process.exited, stderr]);
  if (code === 0 && text === '') return;
  const detail = text === '' ? `exit code ${code}` : text;
  if (code === NO_SPACE) throw new ThawError('disk_full', `The files could not be written: ${detail}`);
  if (code === BAD_STREAM || code === TRUNCATED)
    throw new ThawError('archive_damaged', `The stored files are damaged: ${detail}`);
  throw new ThawError('engine_error', `The files could not be copied: ${detail}`);
}

export async function helperFiles(connection: HelperConnection): Promise<HostFiles> {
  const run = async (script: string, args: readonly string[], stdin: boolean) => {
    const agent = await connection.agent();
    const process = await agent.spawn({ argv: ['/bin/sh', '-c', script, 'sh', ...args], cwd: '/', stdin });
    return { process, stderr: collect(process.output('stderr')) };
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

    async upperDirectory({ pid }) {
      const upper = parseUpperDirectory(await (await connection.agent()).rawRead(`/proc/${pid}/mountinfo`));
      if (upper !== null) return `${HOST_ROOT}${upper}`;
      throw new ThawError(
        'unsupported',
        'The storage driver of this Docker Engine is no overlay, so its differences cannot be read.',
        {
          next: 'Use a Docker Engine with the overlay2 or the overlayfs driver.',
        },
      );
    },

    async copy(upper, roots) {
      const { process, stderr } = await run(scripts.copy, [upper, ...roots], false);
      for await (const chunk of process.output('stdout')) void chunk;
      await outcome(process, stderr);
    },

    async read(upper, wanted): Promise<DifferenceReader> {
      const { process, stderr } = await run(scripts.read[wanted], [upper], false);
      const finished = outcome(process, stderr);
      finished.catch(() => undefined);
      return { chunks: process.output('stdout'), finished };
    },

    async apply(root, used): Promise<DifferenceWriter> {
      const { process, stderr } = await run(scripts.apply[used], [root], true);
      const ended = outcome(process, stderr);
      ended.catch(() => undefined);
      return {
        // A replay that ended early has the better explanation than the pipe that broke.
        write: (chunk) => process.write(chunk).catch(() => ended),
        async finish() {
          process.closeStdin();
          await ended;
        },
        abort: () => process.signal(9),
      };
    },
  };
}
