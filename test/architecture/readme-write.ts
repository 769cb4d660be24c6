/** `npm run readme`: brings the generated parts of the README up to date. */
import { readFile, writeFile } from 'node:fs/promises';
import { readmePath, renderReadme } from './readme-tables.ts';

await writeFile(readmePath, await renderReadme(await readFile(readmePath, 'utf8')));
