/** parked.memory: what one parked sandbox adds to the host's memory, its containerd shim included. */
import { readdir, readFile } from 'node:fs/promises';
import type { DockerPort } from '../../../src/engine/docker/port.ts';
import { OWNER_LABEL, ROLE_LABEL, SANDBOX_LABEL } from '../../../src/engine/labels.ts';
import type { Scenario } from '../scenario.ts';
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

/** The proportional set size: memory that several processes share counts for each in part. */
async function pssBytes(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kib = /^Pss:\s+(\d+) kB$/m.exec(text)?.[1];
  if (kib === undefined) throw new Error(`/proc/${pid}/smaps_rollup has no Pss line`);
  return Number(kib) * BYTES_PER_KIB;
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
  names: ['parked.memory'],
  async run(stage, { docker }) {
    const sandbox = warmId((await stage.client.call('sandbox_create', {})).value);
    await stage.full();
    const [pids, parents] = await Promise.all([initPids(docker, sandbox), readParents()]);
    let total = 0;
    for (const pid of pids) {
      const shim = parents.get(pid);
      if (shim === undefined) throw new Error('The processes of the Docker Engine cannot be seen from here.');
      for (const each of [shim, ...withDescendants(pid, parents)]) total += await pssBytes(each);
    }
    await stage.clear([sandbox]);
    return [
      {
        kind: 'figure',
        name: 'parked.memory',
        value: total / pids.length / BYTES_PER_MB,
        unit: 'MB',
        n: pids.length,
        note: 'mean PSS of all processes of a parked sandbox and of its containerd shim',
      },
    ];
  },
};
