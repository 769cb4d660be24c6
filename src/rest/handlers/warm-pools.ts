/** Pools of parked sandboxes, one a snapshot: the id of a pool is its snapshot's. */
import type { ApiWarmPool } from '../../../schemas/rest/answers.ts';
import type { SandboxPool } from '../../backend/pool-operations.ts';
import { isThawError } from '../../errors.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, RequestFacts } from '../handler.ts';
import { REGION, requireRegion } from '../parameters.ts';
import type { ServerFacts } from '../to-answers.ts';

type Ids = 'listWarmPools' | 'createWarmPool' | 'updateWarmPool' | 'deleteWarmPool';

const notFound = (id: string): ApiFailure => new ApiFailure(404, `Warm pool with ID ${id} not found`);

async function poolsOf({ group, call }: RequestFacts): Promise<readonly SandboxPool[]> {
  const pools = await group('pools');
  return await pools.list(call);
}

export function warmPoolHandlers({ startedAt }: ServerFacts): Handlers<Ids> {
  const toAnswer = (pool: SandboxPool): ApiWarmPool => ({
    id: pool.snapshotId,
    organizationId: pool.organizationId,
    snapshot: pool.snapshot,
    target: REGION,
    pool: pool.target,
    currentSize: pool.parked,
    cpu: pool.cpu,
    mem: pool.memoryGiB,
    disk: 0,
    osUser: pool.user,
    env: {},
    errorReason: pool.error,
    createdAt: pool.createdAt ?? startedAt,
    updatedAt: pool.updatedAt ?? startedAt,
  });
  const resize = async (input: RequestFacts, size: number | null): Promise<SandboxPool> => {
    const id = input.params['id'] ?? '';
    if (!(await poolsOf(input)).some(({ snapshotId }) => snapshotId === id)) throw notFound(id);
    const pools = await input.group('pools');
    return await pools.resize(id, size, input.call);
  };
  return {
    listWarmPools: async (input) => (await poolsOf(input)).map(toAnswer),
    async createWarmPool(input) {
      const { snapshot, pool: size, target } = input.body;
      requireRegion(target);
      const known = await poolsOf(input);
      if (known.some((pool) => pool.snapshot === snapshot || pool.snapshotId === snapshot))
        throw new ApiFailure(409, `A warm pool for snapshot ${snapshot} already exists`, {
          code: 'name_conflict',
        });
      const pools = await input.group('pools');
      try {
        return toAnswer(await pools.resize(snapshot, size, input.call));
      } catch (error) {
        if (!isThawError(error, 'snapshot_not_found')) throw error;
        throw new ApiFailure(404, `Snapshot with name ${snapshot} not found`, {
          code: error.code,
          cause: error,
        });
      }
    },
    updateWarmPool: async (input) => toAnswer(await resize(input, input.body.pool)),
    async deleteWarmPool(input) {
      await resize(input, null);
      return null;
    },
  };
}
