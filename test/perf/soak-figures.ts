/** What the soak measures between two rounds, when nothing moves, and what of it is a leak. */
import { readdirSync, readFileSync } from 'node:fs';
import Database from 'libsql';
import { z } from 'zod';
import type { DockerPort } from '../../src/engine/docker/port.ts';
import { ownerFilter, ROLE_LABEL } from '../../src/engine/labels.ts';
import { Store } from '../../src/engine/store/store.ts';

export type Measured = Readonly<Record<string, number>>;

export interface Figures {
  /** Resident memory in MiB. The daemon is somebody else's: it is told and not judged. */
  readonly memory: {
    readonly owner: number;
    readonly heap: number;
    readonly helper: number;
    readonly daemon: number;
  };
  /** Open files of this process, in which the owner's engine runs. */
  readonly descriptors: number;
  readonly containers: number;
  /** By table. */
  readonly rows: Measured;
}

const MIB = 1024 ** 2;
/** Growth of the median from the rounds after the warm-up to the last ones that is no noise. */
const MAX_GROWTH = { owner: 48, heap: 16, helper: 4, descriptors: 4 } as const;
/** The first rounds fill caches and compile code. */
const WARM_UP_SHARE = 0.2;
const COMPARED_SHARE = 0.25;

/** Resident memory of a process of this machine in MiB, 0 when it cannot be read (a remote Docker Engine). */
function residentMiB(pid: number | 'self'): number {
  try {
    const match = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return Math.round(Number(match?.[1] ?? 0) / 102.4) / 10;
  } catch {
    return 0;
  }
}

/** All Docker daemons of the machine together: which one is asked is not to be seen from here. */
function daemonMiB(): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return Math.round(
    pids.reduce((sum, pid) => {
      try {
        return readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'dockerd'
          ? sum + residentMiB(Number(pid))
          : sum;
      } catch {
        return sum;
      }
    }, 0),
  );
}

const Named = z.object({ name: z.string() });
const Counted = z.object({ n: z.number() });

function countRows(path: string): Measured {
  const database = new Database(path, { readonly: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    return Object.fromEntries(
      tables.map((table) => {
        const { name } = Named.parse(table);
        return [name, Counted.parse(database.prepare(`select count(*) as n from "${name}"`).get()).n];
      }),
    );
  } finally {
    database.close();
  }
}

export async function measure({
  docker,
  database,
}: {
  readonly docker: DockerPort;
  readonly database: string;
}): Promise<Figures> {
  const store = new Store(database);
  const owner = store.meta('owner') ?? '';
  store.close();
  const [helper] = await docker.listContainers({ ...ownerFilter(owner), [ROLE_LABEL]: 'helper' });
  const pid = helper === undefined ? 0 : ((await docker.inspectContainer(helper.id))?.pid ?? 0);
  const containers = (await docker.listContainers(ownerFilter(owner))).length;
  const rows = countRows(database);
  globalThis.gc?.();
  globalThis.gc?.();
  return {
    memory: {
      owner: residentMiB('self'),
      heap: Math.round((process.memoryUsage().heapUsed / MIB) * 10) / 10,
      helper: residentMiB(pid),
      daemon: daemonMiB(),
    },
    descriptors: readdirSync('/proc/self/fd').length,
    containers,
    rows,
  };
}

export function describeFigures({ memory, descriptors, containers, rows }: Figures): string {
  const { owner, heap, helper, daemon } = memory;
  const tables = Object.entries(rows)
    .map(([table, n]) => `${table} ${n}`)
    .join(', ');
  return `owner ${owner} MiB (heap ${heap}), helper ${helper} MiB, daemons ${daemon} MiB; ${descriptors} files; ${containers} containers; rows: ${tables}`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * What grew from the first rounds after the warm-up to the last ones. Containers and rows must not grow at all: between
 * two rounds there is the full pool, and nothing else.
 */
export function findLeaks(samples: readonly Figures[]): readonly string[] {
  const steady = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const compared = Math.max(1, Math.floor(steady.length * COMPARED_SHARE));
  const [first, last] = [steady.slice(0, compared), steady.slice(-compared)];
  const leaks: string[] = [];
  const compare = (what: string, read: (figures: Figures) => number, maxGrowth: number): void => {
    const [before, after] = [median(first.map(read)), median(last.map(read))];
    if (after - before > maxGrowth) leaks.push(`${what} grew from ${before} to ${after}`);
  };
  compare("the owner's memory (MiB)", ({ memory }) => memory.owner, MAX_GROWTH.owner);
  compare("the owner's heap (MiB)", ({ memory }) => memory.heap, MAX_GROWTH.heap);
  compare("the helper's memory (MiB)", ({ memory }) => memory.helper, MAX_GROWTH.helper);
  compare('open files', ({ descriptors }) => descriptors, MAX_GROWTH.descriptors);
  compare('containers', ({ containers }) => containers, 0);
  for (const table of Object.keys(steady.at(-1)?.rows ?? {}))
    compare(`rows of ${table}`, ({ rows }) => rows[table] ?? 0, 0);
  return leaks;
}
