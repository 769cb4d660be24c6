/** Holds the toolbox's routes to the published document: every operation is served, or refused by a clear 501. */
import { expect, test } from 'vitest';
import { toolboxOperations } from '../../../schemas/toolbox-operations.ts';
import { routeFinder } from '../../../src/rest/toolbox/match.ts';
import { toolboxRoutes } from '../../../src/rest/toolbox/routes.ts';

const find = routeFinder(toolboxRoutes);
const { lsp, computerUse, ...offered } = toolboxOperations;

/** With a value in place of each parameter. */
const matchOf = (operation: string) => {
  const [method = '', path = ''] = operation.split(' ');
  return find(method, path.replace(/\{\w+\}/g, '3000'));
};

test('the document has 103 operations', () => {
  const counts = Object.values(toolboxOperations).map((operations) => Object.keys(operations).length);
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(103);
});

test('every one of them has a route', () => {
  const all = Object.values(toolboxOperations).flatMap((group) => Object.values<string>(group));
  const missing = all.filter((operation) => matchOf(operation).kind !== 'found');
  expect(missing).toEqual([]);
});

test('only language servers and computer use are refused', async () => {
  const refuses = async (operation: string): Promise<boolean> => {
    const match = matchOf(operation);
    if (match.kind !== 'found') return false;
    return match.route.path.startsWith('/lsp') || match.route.path.startsWith('/computeruse');
  };
  const refused = [...Object.values<string>(lsp), ...Object.values<string>(computerUse)];
  expect(await Promise.all(refused.map(refuses))).toEqual(refused.map(() => true));
  const served = Object.values(offered).flatMap((group) => Object.values<string>(group));
  expect(await Promise.all(served.map(refuses))).toEqual(served.map(() => false));
});

test('no two routes are the same', () => {
  const names = toolboxRoutes.map(({ method, path }) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
