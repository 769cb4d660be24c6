/** fork.fs: a fork of a running sandbox with 10 MB in 300 changed files, beside the same by commit, create and start. */
import { randomHex } from '../../../src/ids.ts';
import { type Bench, type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

const CHANGE = 'mkdir -p work && for i in $(seq 300); do head -c 34953 /dev/urandom > work/$i; done; sync';
const MANY = 10;

/** Docker's own way to a copy of a running container; without a network, which makes it quicker than it would be. */
async function copyByCommit({ docker }: Bench, sandboxId: string, ms: number[]): Promise<void> {
  const [source] = await docker.listContainers({ 'thaw.sandbox': sandboxId });
  if (source === undefined) throw new Error('the container of the source is not there');
  const reference = `thaw-bench/${randomHex(4)}:fork`;
  let copy: typeof source.id | null = null;
  ms.push(
    await time(async () => {
      await docker.commitContainer(source.id, reference, { labels: {} });
      copy = await docker.createContainer({
        name: `thaw-bench-${randomHex(4)}`,
        image: reference,
        entrypoint: ['/bin/sleep', '1000'],
        labels: {},
        network: 'none',
        mounts: [],
        capabilities: { drop: [], add: [] },
        securityOptions: [],
      });
      await docker.startContainer(copy);
    }),
  );
  if (copy !== null) await docker.removeContainer(copy);
  await docker.removeImage(reference);
}

export const forkFs: Scenario<EngineStage> = {
  names: ['fork.fs', 'fork.fs.paused', 'fork.fs.x10', 'docker.fork'],
  async run({ engine: { lifecycle, exec, forks }, full }, bench) {
    const call = { signal: bench.signal };
    const { id } = await lifecycle.create({}, call);
    await exec.exec(id, { command: CHANGE }, call);
    const found = {
      one: [] as number[],
      paused: [] as number[],
      ten: [] as number[],
      docker: [] as number[],
    };
    // Deleted at the end: ext4 holds the inodes of deleted files back for a while, and finds others slowly meanwhile.
    const forked: string[] = [];
    const fork = async (count: number, into: number[]): Promise<void> => {
      await full();
      let made: readonly (string | null)[] = [];
      into.push(
        await time(async () => {
          const outcome = await forks.fork(id, { count }, call);
          made = outcome.children.map((child) => child.id);
          if (count === 1) found.paused.push(outcome.pausedMs ?? 0);
        }),
      );
      forked.push(...made.filter((child) => child !== null));
    };
    const n = samples(bench, 30, 8);
    while (found.one.length < n) await fork(1, found.one);
    while (found.ten.length < n / 5) await fork(MANY, found.ten);
    await full();
    while (found.docker.length < n / 3) await copyByCommit(bench, id, found.docker);
    for (const sandbox of [id, ...forked]) await lifecycle.delete(sandbox, call);
    return [
      { kind: 'times', name: 'fork.fs', ms: found.one },
      { kind: 'times', name: 'fork.fs.paused', ms: found.paused },
      { kind: 'times', name: 'fork.fs.x10', ms: found.ten },
      { kind: 'times', name: 'docker.fork', ms: found.docker },
    ];
  },
};
