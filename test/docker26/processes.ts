/** The processes of one mount namespace and all that descend from them: what a daemon of these tests ever started. */
import { readdir, readFile, readlink } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const pollMs = 50;
const endDeadlineMs = 30_000;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly namespace: string;
}

/** Null for one that ended meanwhile, and for a zombie, which only its parent can take away. */
async function describe(pid: number): Promise<Process | null> {
  try {
    const status = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name in parentheses may hold anything, parentheses and spaces included.
    const [state = '', parent = ''] = status.slice(status.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return null;
    return { pid, parent: Number(parent), namespace: await readlink(`/proc/${pid}/ns/mnt`) };
  } catch {
    return null;
  }
}

async function listProcesses(): Promise<readonly Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  return (await Promise.all(pids.map(describe))).filter((process) => process !== null);
}

/** `namespace` is what the link `/proc/<pid>/ns/mnt` reads. */
export async function processesOf(namespace: string): Promise<readonly number[]> {
  const all = await listProcesses();
  const found = new Set(all.filter((process) => process.namespace === namespace).map(({ pid }) => pid));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const { pid, parent } of all) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Kills them all and waits for their end. Throws Error when some do not end, or when this process is among them. */
export async function endProcessesOf(namespace: string): Promise<void> {
  if (namespace === (await readlink('/proc/self/ns/mnt'))) {
    throw new Error('The daemon has no mount namespace of its own, so its processes cannot be told apart.');
  }
  const deadline = AbortSignal.timeout(endDeadlineMs);
  for (;;) {
    const left = await processesOf(namespace);
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
}
