/** Snapshots: listed, made of images and Dockerfiles, taken out of use and deleted. */
import type { Snapshot } from '../../../schemas/copies.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers, Input, RequestFacts } from '../handler.ts';
import { requireRegion } from '../parameters.ts';
import { type ServerFacts, toSnapshot } from '../to-answers.ts';

type Ids =
  | 'getAllSnapshots'
  | 'createSnapshot'
  | 'getSnapshot'
  | 'removeSnapshot'
  | 'activateSnapshot'
  | 'deactivateSnapshot';

const PAGE = 200;
const DEFAULT_LIMIT = 100;

/** All that the caller may see; there are a few hundred at most. */
async function all({ group, call }: RequestFacts, name: string | undefined): Promise<Snapshot[]> {
  const snapshots = await group('snapshots');
  const found: Snapshot[] = [];
  for (let page = 1; ; page += 1) {
    const { items, totalPages } = await snapshots.list(
      { page, limit: PAGE, ...(name === undefined ? {} : { name }) },
      call,
    );
    found.push(...items);
    if (page >= totalPages) return found;
  }
}

type Query = Input<'getAllSnapshots'>['query'];

function sortValue(snapshot: Snapshot, sort: Query['sort']): string {
  if (sort === 'name') return snapshot.name;
  if (sort === 'state') return snapshot.state;
  return (sort === 'createdAt' ? snapshot.createdAt : (snapshot.lastUsedAt ?? snapshot.createdAt)) ?? '';
}

function sorted(snapshots: readonly Snapshot[], { sort, order = 'desc' }: Query): Snapshot[] {
  const direction = order === 'asc' ? 1 : -1;
  return [...snapshots].sort((a, b) => {
    const [one, other] = [sortValue(a, sort), sortValue(b, sort)];
    if (one !== other) return one < other ? -direction : direction;
    return a.id < b.id ? -direction : direction;
  });
}

export function snapshotHandlers(facts: ServerFacts): Handlers<Ids> {
  const reference = ({ params }: RequestFacts): string => params['id'] ?? '';
  const find = async (input: RequestFacts): Promise<Snapshot> => {
    const snapshots = await input.group('snapshots');
    return await snapshots.get(reference(input), input.call);
  };
  return {
    async getAllSnapshots(input) {
      const { page = 1, limit = DEFAULT_LIMIT, name, sourceSandboxId } = input.query;
      const found = (await all(input, name)).filter(
        (snapshot) => sourceSandboxId === undefined || snapshot.sourceSandboxId === sourceSandboxId,
      );
      const items = sorted(found, input.query).slice((page - 1) * limit, page * limit);
      const totalPages = Math.ceil(found.length / limit);
      return { items: items.map((item) => toSnapshot(item, facts)), total: found.length, page, totalPages };
    },
    async createSnapshot({ body, group, call }) {
      const { name, imageName, entrypoint = [], cpu, memory, gpu = 0, buildInfo, regionId } = body;
      requireRegion(regionId);
      if (imageName === undefined && buildInfo === undefined) {
        throw new ApiFailure(400, 'Must specify an image name when not using a build info entry', {
          code: 'invalid_argument',
        });
      }
      const snapshots = await group('snapshots');
      const wanted = {
        name,
        ...(buildInfo === undefined ? { imageName } : { buildInfo: buildOf(buildInfo) }),
        ...(entrypoint.length === 0 ? {} : { entrypoint }),
        ...(gpu === 0 ? {} : { gpu }),
        ...(cpu === undefined ? {} : { cpu }),
        ...(memory === undefined ? {} : { memory }),
      };
      return toSnapshot(await snapshots.create(wanted, { ...call, answersAtOnce: true }), facts);
    },
    getSnapshot: async (input) => toSnapshot(await find(input), facts),
    async removeSnapshot(input) {
      const { id, general } = await find(input);
      if (general) throw new ApiFailure(403, 'You cannot delete a general snapshot');
      if (id !== reference(input)) {
        throw new ApiFailure(404, `Snapshot with ID ${reference(input)} not found`, {
          code: 'snapshot_not_found',
        });
      }
      const snapshots = await input.group('snapshots');
      await snapshots.delete(id, input.call);
      return null;
    },
    async activateSnapshot(input) {
      const { id, name, general } = await find(input);
      if (general)
        throw new ApiFailure(400, `Snapshot ${name} is already active`, { code: 'state_conflict' });
      const snapshots = await input.group('snapshots');
      return toSnapshot(await snapshots.activate(id, input.call), facts);
    },
    async deactivateSnapshot(input) {
      const { id, general } = await find(input);
      if (general) throw new ApiFailure(403, 'You cannot deactivate a general snapshot');
      const snapshots = await input.group('snapshots');
      await snapshots.deactivate(id, input.call);
      return null;
    },
  };
}

function buildOf({
  dockerfileContent,
  contextHashes,
}: NonNullable<Input<'createSnapshot'>['body']['buildInfo']>) {
  return { dockerfileContent, ...(contextHashes === undefined ? {} : { contextHashes }) };
}
