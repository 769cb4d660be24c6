/** archive, restore, snapshot.fs and how long its source stands still: 50 MB of changed files to the object store and back, and a template of them. */
import { type Scenario, samples } from '../scenario.ts';
import type { EngineStage } from '../stages/in-process.ts';
import { time } from '../timing.ts';

const MEGABYTES = 50;

export const archiveRestore: Scenario<EngineStage> = {
  names: [
    'archive',
    'restore',
    'archive.throughput',
    'restore.throughput',
    'snapshot.fs',
    'snapshot.fs.paused',
  ],
  async run({ engine: { lifecycle, exec, archives, snapshots }, full }, bench) {
    const call = { signal: bench.signal };
    const { id } = await lifecycle.create({}, call);
    const command = `mkdir -p work && for i in $(seq ${MEGABYTES}); do head -c 1000000 /dev/urandom > work/$i; done; sync`;
    await exec.exec(id, { command }, call);
    const found = {
      archive: [] as number[],
      restore: [] as number[],
      snapshot: [] as number[],
      paused: [] as number[],
    };
    const n = samples(bench, 12, 3);
    while (found.snapshot.length < n) {
      const name = `bench-${found.snapshot.length}`;
      await full();
      const take = async (): Promise<void> => {
        const { pausedMs } = await snapshots.fromSandbox(id, name, call);
        found.paused.push(pausedMs ?? 0);
      };
      found.snapshot.push(await time(take));
      await snapshots.delete(name, call);
    }
    while (found.archive.length < n) {
      await full();
      await lifecycle.stop(id, { force: true }, call);
      found.archive.push(await time(() => archives.archive(id, call)));
      found.restore.push(await time(() => lifecycle.start(id, call)));
    }
    await lifecycle.delete(id, call);
    const throughput = (name: string, ms: readonly number[]) => ({
      kind: 'figure' as const,
      name: `${name}.throughput`,
      value: (MEGABYTES * 1000 * ms.length) / ms.reduce((sum, value) => sum + value, 0),
      unit: 'MB/s',
      n: ms.length,
      note: `${MEGABYTES} MB that do not compress, by the mean time`,
    });
    return [
      { kind: 'times', name: 'archive', ms: found.archive },
      { kind: 'times', name: 'restore', ms: found.restore },
      throughput('archive', found.archive),
      throughput('restore', found.restore),
      { kind: 'times', name: 'snapshot.fs', ms: found.snapshot },
      { kind: 'times', name: 'snapshot.fs.paused', ms: found.paused },
    ];
  },
};
