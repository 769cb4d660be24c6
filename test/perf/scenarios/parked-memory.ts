/** parked.memory: what one parked sandbox adds to the host's memory, its containerd shim included. */
import { readdir, readFile } from 'node:fs/promises';
import type { DockerPort } from '../../../src/engine/docker/port.ts';
import { OWNER_LABEL, ROLE_LABEL, SANDBOX_LABEL } from '../../../src/engine/labels.ts';
import type { Finding, Scenario } from '../scenario.ts';
import type { OwnerStage } from '../stages/owner.ts';
import { warmId } from './warm-batches.ts';

const BYTES_PER_KIB = 1024;
const BYTES_PER_MB = 1_000_000;

/** Parent of every process. */
async function readParents(): Promise<ReadonlyMap<number, number>> {
  const parents = new Map<number, number>();
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => null);
    // The command's name may hold anything, parentheses and spaces included.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields !== undefined) parents.set(Number(name), Number(fields[1]));
  }
  return parents;
}

/** The process, its children and theirs. */
function withDescendants(pid: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const children = [...parents].filter(([, parent]) => parent === pid).map(([child]) => child);
  return [pid, ...children.flatMap((child) => withDescendants(child, parents))];
}

interface Memory {
  /** Memory that several processes share counts for each of them in part. */
  readonly pss: number;
  /** It counts for each in full. */
  readonly rss: number;
}

/** Bytes of the process. */
async function memoryOf(pid: number): Promise<Memory> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const read = (name: string): number => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
    if (kib === undefined) throw new Error(`/proc/${pid}/smaps_rollup has no ${name}`);
    return Number(kib) * BYTES_PER_KIB;
  };
  return { pss: read('Pss'), rss: read('Rss') };
}

/** Host process ids of the init processes of all containers that belong to the owner of this sandbox. */
async function initPids(docker: DockerPort, sandbox: string): Promise<readonly number[]> {
  const [own] = await docker.listContainers({ [SANDBOX_LABEL]: sandbox });
  const owner = own?.labels[OWNER_LABEL];
  if (owner === undefined) throw new Error('The container of a sandbox has no owner.');
  const containers = await docker.listContainers({ [OWNER_LABEL]: owner, [ROLE_LABEL]: 'sandbox' });
  const others = containers.filter(({ id }) => id !== own?.id);
  const facts = await Promise.all(others.map(({ id }) => docker.inspectContainer(id)));
  return facts.flatMap((fact) => (fact === null || fact.pid === 0 ? [] : [fact.pid]));
}

export const parkedMemory: Scenario<OwnerStage> = {
  names: ['parked.memory', 'parked.memory.rss'],
  async run(stage, { docker }) {
    const sandbox = warmId((await stage.client.call('sandbox_create', {})).value);
    await stage.full();
    const [pids, parents] = await Promise.all([initPids(docker, sandbox), readParents()]);
    const total = { pss: 0, rss: 0 };
    for (const pid of pids) {
      const shim = parents.get(pid);
      if (shim === undefined) throw new Error('The processes of the Docker Engine cannot be seen from here.');
      for (const each of [shim, ...withDescendants(pid, parents)]) {
        const { pss, rss } = await memoryOf(each);
        total.pss += pss;
        total.rss += rss;
      }
    }
    await stage.clear([sandbox]);
    const what = 'of all processes of a parked sandbox and of its containerd shim, mean';
    const figure = (name: string, bytes: number, note: string): Finding => ({
      kind: 'figure',
      name,
      value: bytes / pids.length / BYTES_PER_MB,
      unit: 'MB',
      n: pids.length,
      note: `${note} ${what}`,
    });
    return [
      figure('parked.memory', total.pss, 'proportional set size'),
      figure('parked.memory.rss', total.rss, 'resident set size, shared pages counted in full,'),
    ];
  },
};
