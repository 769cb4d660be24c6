/**
 * Which process listens on a port. The kernel shows the sockets of a process only to its own user, so each user that
 * listens is asked as that user, by one `ls` of the descriptors in /proc. Without a shell or `ls` there is no answer.
 */
import type { ListeningProcess } from '../../../schemas/previews.ts';
import type { AgentConnection, ListeningPort } from '../agent/port.ts';

const LIST = ['/bin/sh', '-c', 'exec ls -l /proc/[0-9]*/fd 2>/dev/null'];
const MAX_LISTING_BYTES = 4 * 1024 * 1024;
const LIST_TIMEOUT_MS = 5_000;
const MAX_COMMAND_BYTES = 4_096;
const MAX_COMMAND_CHARACTERS = 200;
const MAX_USERS = 16;
const SIGKILL = 9;

/** Inodes of sockets to the process that holds them, the one with the lowest id where several do. Pure. */
export function parseDescriptors(listing: string): ReadonlyMap<number, number> {
  const holders = new Map<number, number>();
  let pid: number | null = null;
  for (const line of listing.split('\n')) {
    const header = /^\/proc\/(\d+)\/fd:$/.exec(line);
    if (header !== null) pid = Number(header[1]);
    const inode = Number(/ -> socket:\[(\d+)\]$/.exec(line)?.[1] ?? Number.NaN);
    if (pid === null || Number.isNaN(inode)) continue;
    const known = holders.get(inode);
    if (known === undefined || pid < known) holders.set(inode, pid);
  }
  return holders;
}

async function listDescriptors(agent: AgentConnection, uid: number): Promise<string> {
  const process = await agent.spawn({ argv: LIST, user: String(uid), cwd: '/' });
  const timer = setTimeout(() => process.signal(SIGKILL), LIST_TIMEOUT_MS);
  const parts: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const part of process.output('stdout')) {
      bytes += part.length;
      if (bytes > MAX_LISTING_BYTES) break;
      parts.push(part);
    }
  } finally {
    clearTimeout(timer);
    process.signal(SIGKILL);
  }
  return Buffer.concat(parts).toString('latin1');
}

/** What a process says about itself is text of unknown origin: without control characters, and cut. */
const readable = (bytes: Buffer): string =>
  bytes
    .toString('utf8')
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
    .slice(0, MAX_COMMAND_CHARACTERS);

async function describe(agent: AgentConnection, pid: number): Promise<ListeningProcess> {
  const read = async (file: string): Promise<string> =>
    readable((await agent.readFile(`/proc/${pid}/${file}`, { maxBytes: MAX_COMMAND_BYTES })).data);
  const [name, command] = await Promise.all([read('comm'), read('cmdline')]);
  return { pid, process: name, command };
}

/** By inode. What cannot be found out is left out. */
export async function findListeners(
  agent: AgentConnection,
  ports: readonly ListeningPort[],
): Promise<ReadonlyMap<number, ListeningProcess>> {
  const users = [...new Set(ports.map(({ uid }) => uid))].slice(0, MAX_USERS);
  const wanted = new Set(ports.map(({ inode }) => inode));
  const found = new Map<number, ListeningProcess>();
  await Promise.all(
    users.map(async (uid) => {
      const listing = await listDescriptors(agent, uid).catch(() => '');
      const holders = [...parseDescriptors(listing)].filter(([inode]) => wanted.has(inode));
      await Promise.all(
        holders.map(async ([inode, pid]) => {
          // It may have ended in between.
          const process = await describe(agent, pid).catch(() => null);
          if (process !== null) found.set(inode, process);
        }),
      );
    }),
  );
  return found;
}
