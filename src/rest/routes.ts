/** Which request means which operation: served, refused, or none. */
import type { ApiOperation } from '../../schemas/rest/operation.ts';
import { type RestOperationId, restOperations } from '../../schemas/rest/operations.ts';
import type { ApiFailure } from './failure.ts';
import { refusedRoutes } from './refusals.ts';
import { type Match, parseRoute, Router } from './router.ts';

export type Target =
  | { readonly kind: 'served'; readonly id: RestOperationId; readonly operation: ApiOperation }
  | { readonly kind: 'refused'; readonly refuse: () => ApiFailure }
  | { readonly kind: 'document' };

const isId = (id: string): id is RestOperationId => Object.hasOwn(restOperations, id);

/** Answers the target of a method and the decoded parts of a path below the prefix. */
export function makeRouter(): (method: string, path: readonly string[]) => Match<Target> | null {
  const served = Object.entries<ApiOperation>(restOperations).flatMap(([id, operation]) =>
    isId(id) ? [parseRoute<Target>(operation.route, { kind: 'served', id, operation })] : [],
  );
  const refused = refusedRoutes.map(({ route, refuse }) =>
    parseRoute<Target>(route, { kind: 'refused', refuse }),
  );
  const router = new Router([
    ...served,
    ...refused,
    parseRoute<Target>('GET /openapi.json', { kind: 'document' }),
  ]);
  return (method, path) => router.find(method === 'HEAD' ? 'GET' : method, path);
}
