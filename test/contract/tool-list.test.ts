/** What clients see of the tools: a snapshot, a token budget, and the rules of strict clients. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'gpt-tokenizer/encoding/o200k_base';
import { expect, it } from 'vitest';
import { buildCatalogue, type ListedTool } from '../../src/server/catalogue.ts';
import { instructions } from '../../src/server/instructions.ts';
import { Surfaces } from '../../src/server/surfaces.ts';
import { tools } from '../../tools/index.ts';

const { listed } = buildCatalogue(tools);
const each = listed.map((tool): [string, ListedTool] => [tool.name, tool]);

/** Every object and array below `value`, itself included. */
function nodes(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(nodes)];
}

it.each(each)('%s is as it was reviewed', async (name, tool) => {
  // `npx vitest run --project quick test/contract/tool-list.test.ts -u` writes them anew.
  await expect(`${JSON.stringify(tool, null, 1)}\n`).toMatchFileSnapshot(`__snapshots__/tools/${name}.snap`);
});

it('has no snapshot of a tool that is gone', () => {
  const files = readdirSync(join(import.meta.dirname, '__snapshots__/tools'));
  expect(files.sort()).toEqual(listed.map(({ name }) => `${name}.snap`).sort());
});

it.each([
  ['core', 2_500],
  ['default', 6_500],
  ['all', 14_000],
])('lists the toolset %s in at most %i tokens of o200k_base', (toolset, most) => {
  const catalogue = new Surfaces(tools, { toolsets: toolset }).for(null);
  expect(encode(JSON.stringify(catalogue.listed)).length).toBeLessThanOrEqual(most);
});

it.each(each)('%s has a portable name and a description of bounded length', (name, tool) => {
  expect(name).toMatch(/^(sandbox|snapshot|volume)_[a-z_]{1,40}$/);
  expect(tool.description.length).toBeGreaterThan(40);
  expect(tool.description.length).toBeLessThanOrEqual(600);
  expect(tool.title.length).toBeLessThanOrEqual(40);
});

it.each(each)('%s takes a flat strict object', (_name, { inputSchema }) => {
  expect(inputSchema.type).toBe('object');
  expect(inputSchema['additionalProperties']).toBe(false);
});

it.each(each)('%s answers an object that may grow', (_name, { outputSchema }) => {
  expect(outputSchema.type).toBe('object');
  expect(nodes(outputSchema).some((node) => Reflect.get(node, 'additionalProperties') === false)).toBe(false);
});

it.each(each)('%s uses no reference and no combinator at the top', (_name, { inputSchema, outputSchema }) => {
  for (const schema of [inputSchema, outputSchema]) {
    for (const keyword of ['anyOf', 'oneOf', 'allOf', 'not', 'if'])
      expect(schema).not.toHaveProperty(keyword);
    expect(nodes(schema).some((node) => '$ref' in node || '$defs' in node)).toBe(false);
  }
});

it.each(each)('%s names its arguments in camel case', (_name, { inputSchema }) => {
  const names = Object.keys(Object(inputSchema['properties']));
  // The list has every filter of both list operations of the API.
  expect(names.length).toBeLessThanOrEqual(27);
  for (const name of names) expect(name).toMatch(/^[a-z][A-Za-z]*$/);
});

it.each(each)('%s uses no pattern that only some regular expressions have', (_name, { inputSchema }) => {
  expect(JSON.stringify(inputSchema)).not.toMatch(/\\\\p\{|\(\?<|\(\?i/);
});

it.each(each)('%s sets all four hints', (_name, { annotations }) => {
  for (const hint of ['readOnlyHint', 'destructiveHint', 'idempotentHint', 'openWorldHint'] as const) {
    expect(annotations[hint]).toBeTypeOf('boolean');
  }
  expect(annotations.readOnlyHint && annotations.destructiveHint).toBe(false);
});

it('gives instructions under 1.5 kB', () => {
  expect(Buffer.byteLength(instructions)).toBeLessThan(1_500);
});
