/** Size and free space of the host's disks, asked through the helper with the `df` of its image (POSIX format). */
import type { DiskSpace } from '../disk/bounds.ts';
import { HOST_ROOT } from './helper-files.ts';
import type { HelperConnection } from './helper-host.ts';

const MAX_OUTPUT_CHARS = 4_096;
const KIB = 1024;
/** A file system that hangs is taken as one that cannot be seen. */
const DEADLINE_MS = 5_000;
const SIGKILL = 9;

/** Reads the second line of `df -P -k`: name, blocks, used, available, share, mount point. Null when it is none. */
export function parseDf(text: string): DiskSpace | null {
  const fields = /\s(\d+)\s+\d+\s+(\d+)\s+\d+%\s/.exec(text.split('\n')[1] ?? '');
  if (fields === null) return null;
  return { totalBytes: Number(fields[1]) * KIB, freeBytes: Number(fields[2]) * KIB };
}

/** Null where the image of the helper has no `df`, or the directory is not there. */
export async function helperDisk(connection: HelperConnection, directory: string): Promise<DiskSpace | null> {
  const agent = await connection.agent();
  const argv = ['df', '-P', '-k', `${HOST_ROOT}${directory}`];
  const process = await agent.spawn({ argv, cwd: '/', stdin: false }).catch(() => null);
  if (process === null) return null;
  const timer = setTimeout(() => process.signal(SIGKILL), DEADLINE_MS);
  try {
    let text = '';
    for await (const chunk of process.output('stdout'))
      if (text.length < MAX_OUTPUT_CHARS) text += chunk.toString('utf8');
    const { code } = await process.exited;
    return code === 0 ? parseDf(text) : null;
  } finally {
    clearTimeout(timer);
  }
}
