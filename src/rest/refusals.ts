/** How the operations that REST refuses are answered, in the API's own words. */
import { type Refusal, refusedOperations } from '../../schemas/rest/refused-operations.ts';
import { ApiFailure } from './failure.ts';

const answers: Readonly<Record<Refusal, () => ApiFailure>> = {
  role: () => new ApiFailure(403, 'Invalid authentication context'),
  admin: () => new ApiFailure(403, 'Access denied'),
  account: () => new ApiFailure(401, 'Invalid credentials'),
  secrets: () =>
    new ApiFailure(422, 'Secrets are not served here: pass them as env when a sandbox is created.', {
      code: 'unsupported',
    }),
};

/** Every route that is refused, with its answer. */
export const refusedRoutes: readonly { readonly route: string; readonly refuse: () => ApiFailure }[] = [
  ...Object.entries(refusedOperations.role).map(([, route]) => ({ route, refuse: answers.role })),
  ...Object.entries(refusedOperations.admin).map(([, route]) => ({ route, refuse: answers.admin })),
  ...Object.entries(refusedOperations.account).map(([, route]) => ({ route, refuse: answers.account })),
  ...Object.entries(refusedOperations.secrets).map(([, route]) => ({ route, refuse: answers.secrets })),
];
