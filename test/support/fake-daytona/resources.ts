/** Snapshots and volumes of the fake server, which make themselves ready at the second look. */
import { randomUUID } from 'node:crypto';
import type { Route } from './routes.ts';
import type { Answer } from './server.ts';

const ok = (body?: unknown, status = 200): Answer => ({ status, body });
const refuse = (statusCode: number, message: string): Answer => ({
  status: statusCode,
  body: { path: '/api', timestamp: '2026-05-01T10:00:00.000Z', statusCode, error: 'Error', message },
});

type Row = Record<string, unknown>;

const byReference = (rows: ReadonlyMap<string, Row>, reference: string): Row | undefined =>
  rows.get(reference) ?? [...rows.values()].find((row) => row['name'] === reference);

/** A row as it is, which is in its next state the time after. */
function look(row: Row, from: string, to: string): Answer {
  const answer = ok({ ...row });
  if (row['state'] === from) row['state'] = to;
  return answer;
}

const times = { createdAt: '2026-05-01T10:00:00.000Z', updatedAt: '2026-05-01T10:00:00.000Z' };

/** A new row of the form of the API's SnapshotDto. */
export function addSnapshot(snapshots: Map<string, Row>, fields: Readonly<Row>): Row {
  const sizes = { size: null, entrypoint: null, cpu: 1, gpu: 0, mem: 1, disk: 3 };
  const row = {
    ...times,
    ...sizes,
    id: randomUUID(),
    general: false,
    errorReason: null,
    lastUsedAt: null,
    ...fields,
  };
  snapshots.set(row.id, row);
  return row;
}

export const resourceRoutes: readonly Route[] = [
  {
    method: 'GET',
    pattern: /^\/api\/snapshots$/,
    answer: ({ snapshots }) =>
      ok({ items: [...snapshots.values()], total: snapshots.size, page: 1, totalPages: 1 }),
  },
  {
    method: 'POST',
    pattern: /^\/api\/snapshots$/,
    answer: ({ snapshots }, { json }) => {
      const { name } = json;
      if (byReference(snapshots, String(name)) !== undefined)
        return refuse(409, `Snapshot with name "${String(name)}" already exists for this organization`);
      const row = addSnapshot(snapshots, { ...json, state: 'pending' });
      return ok({ ...row });
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/snapshots\/([^/]+)$/,
    answer: ({ snapshots }, _request, [reference = '']) => {
      const row = byReference(snapshots, reference);
      return row === undefined
        ? refuse(404, `Snapshot with name ${reference} not found`)
        : look(row, 'pending', 'active');
    },
  },
  {
    method: 'DELETE',
    pattern: /^\/api\/snapshots\/([^/]+)$/,
    answer: ({ snapshots }, _request, [id = '']) =>
      snapshots.delete(id) ? { status: 200 } : refuse(404, `Snapshot with ID ${id} not found`),
  },
  {
    method: 'POST',
    pattern: /^\/api\/snapshots\/([^/]+)\/(activate|deactivate)$/,
    answer: ({ snapshots }, _request, [id = '', what]) => {
      const row = snapshots.get(id);
      if (row === undefined) return refuse(404, `Snapshot with ID ${id} not found`);
      if (what === 'activate' && row['state'] === 'active')
        return refuse(400, `Snapshot ${id} is already active`);
      row['state'] = what === 'activate' ? 'active' : 'inactive';
      return what === 'activate' ? ok({ ...row }) : { status: 204 };
    },
  },
  { method: 'GET', pattern: /^\/api\/volumes$/, answer: ({ volumes }) => ok([...volumes.values()]) },
  {
    method: 'POST',
    pattern: /^\/api\/volumes$/,
    answer: ({ volumes }, { json }) => {
      const name = String(json['name']);
      if (byReference(volumes, name) !== undefined)
        return refuse(400, `Volume with name ${name} already exists`);
      const id = randomUUID();
      const row = {
        ...times,
        id,
        name,
        organizationId: randomUUID(),
        state: 'pending_create',
        errorReason: null,
      };
      volumes.set(id, row);
      return ok({ ...row });
    },
  },
  {
    method: 'GET',
    pattern: /^\/api\/volumes\/(?:by-name\/)?([^/]+)$/,
    answer: ({ volumes }, { path }, [reference = '']) => {
      const row = path.includes('/by-name/') ? byReference(volumes, reference) : volumes.get(reference);
      return row === undefined
        ? refuse(404, `Volume with name ${reference} not found`)
        : look(row, 'pending_create', 'ready');
    },
  },
  {
    method: 'DELETE',
    pattern: /^\/api\/volumes\/([^/]+)$/,
    answer: ({ volumes }, _request, [id = '']) =>
      volumes.delete(id) ? { status: 200 } : refuse(404, `Volume with ID ${id} not found`),
  },
];
