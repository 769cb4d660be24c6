/**
 * The processes of one mount namespace and all that descend from them: what a daemon of these tests ever started. The
 * kernel gives the number of a namespace that is gone to the next one, so a number counts only while the namespace is
 * held open.
 */
import { type FileHandle, open, readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;
const endDeadlineMs = 30_000;

interface Process {
  readonly pid: number;
  readonly parent: number;
  /** Number of its mount namespace, as in the link `/proc/<pid>/ns/mnt`. */
  readonly namespace: number;
}

const numberIn = (link: string): number => Number(/^mnt:\[(\d+)\]$/.exec(link)?.[1]);

const namespaceOf = async (pid: number | 'self'): Promise<number> =>
  numberIn(await readlink(`/proc/${pid}/ns/mnt`));

/** Null for one that ended meanwhile, and for a zombie, which only its parent can take away. */
async function describe(pid: number): Promise<Process | null> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, parentheses and spaces included.
    const [state = '', parent = ''] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return { pid, parent: Number(parent), namespace: await namespaceOf(pid) };
  } catch {
    return null;
  }
}

async function listPids(): Promise<readonly number[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
}

/** A mount namespace that stays as long as this is open, processes in it or not. */
export class MountNamespace {
  readonly #handle: FileHandle;
  readonly #number: number;

  private constructor(handle: FileHandle, number: number) {
    this.#handle = handle;
    this.#number = number;
  }

  /** That of a process; null when it is gone, or has none of its own (yet). */
  static async of(pid: number): Promise<MountNamespace | null> {
    const handle = await open(`/proc/${pid}/ns/mnt`).catch(() => null);
    if (handle === null) return null;
    const { ino } = await handle.stat();
    if (ino !== (await namespaceOf('self'))) return new MountNamespace(handle, ino);
    await handle.close();
    return null;
  }

  async processes(): Promise<readonly number[]> {
    const all = (await Promise.all((await listPids()).map(describe))).filter((found) => found !== null);
    const own = new Set(all.filter(({ namespace }) => namespace === this.#number).map(({ pid }) => pid));
    for (let size = -1; size !== own.size; ) {
      size = own.size;
      for (const { pid, parent } of all) if (own.has(parent)) own.add(pid);
    }
    return [...own];
  }

  /** Kills all its processes, waits for their end and lets go of it. Throws Error when some do not end. */
  async end(): Promise<void> {
    try {
      const deadline = AbortSignal.timeout(endDeadlineMs);
      for (;;) {
        const left = await this.processes();
        if (left.length === 0) return;
        if (deadline.aborted) throw new Error(`These processes do not end: ${left.join(', ')}`);
        for (const pid of left) {
          try {
            process.kill(pid, 'SIGKILL');
          } catch {
            // It ended by itself in this moment.
          }
        }
        await sleep(pollMs);
      }
    } finally {
      await this.#handle.close();
    }
  }
}

/** The processes whose command line names `path`. */
export async function processesNaming(path: string): Promise<readonly number[]> {
  const named = await Promise.all(
    (await listPids()).map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return line.includes(path) ? [pid] : [];
    }),
  );
  return named.flat();
}
