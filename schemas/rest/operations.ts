/** Every operation that REST serves, by operation id. */
import { resourceOperations } from './resource-operations.ts';
import { sandboxOperations } from './sandbox-operations.ts';

export const restOperations = { ...sandboxOperations, ...resourceOperations };
export type RestOperationId = keyof typeof restOperations;
