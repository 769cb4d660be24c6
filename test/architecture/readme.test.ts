/** Holds the README to the code: its tables, and the commands and files that it names. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageFile from '../../package.json' with { type: 'json' };
import { root } from './imports.ts';
import { readmePath, renderReadme, replaceGenerated } from './readme-tables.ts';

const readme = await readFile(readmePath, 'utf8');

describe('the README', () => {
  test('has the tables that follow from the code (else run `npm run readme`)', async () => {
    expect(readme).toBe(await renderReadme(readme));
  });

  test('names only npm scripts that exist', () => {
    const named = [...readme.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(3);
    expect(named.filter((name) => !(name in packageFile.scripts))).toEqual([]);
  });

  test('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\(([^)#:]+)\)/g)].map((match) => match[1] ?? '');
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  test('is told apart from one whose tables are old', async () => {
    const old = replaceGenerated(readme, 'tools', 'nothing');
    expect(old).not.toBe(readme);
    expect(await renderReadme(old)).toBe(readme);
    expect(() => replaceGenerated(readme, 'no such table', '')).toThrow('markers');
  });
});
