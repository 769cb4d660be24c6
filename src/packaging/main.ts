/** `npm run pack:mcpb`: writes dist/thaw.mcpb and dist/server.json. */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { mcpbBundle } from './mcpb.ts';
import { isPlatform, type Platform, platforms } from './native-packages.ts';
import { serverJson } from './server-json.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

const { values } = parseArgs({
  options: {
    /** Comma-separated; all by default. */
    platforms: { type: 'string' },
    /** Where the bundle is going to be published, for server.json. */
    url: { type: 'string' },
  },
});

function chosenPlatforms(): readonly Platform[] {
  const names = values.platforms?.split(',') ?? Object.keys(platforms);
  const chosen = names.filter(isPlatform);
  if (chosen.length === names.length) return chosen;
  throw new Error(`--platforms takes some of ${Object.keys(platforms).join(',')}.`);
}

const carried = chosenPlatforms();
const bytes = await mcpbBundle(root, carried);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const file = join(root, 'dist', 'thaw.mcpb');
await writeFile(file, bytes);
const entry = serverJson(values.url === undefined ? null : { url: values.url, sha256 });
await writeFile(join(root, 'dist', 'server.json'), `${JSON.stringify(entry, null, 2)}\n`);
process.stdout.write(`${file}: ${bytes.length} bytes, sha256 ${sha256}, for ${carried.join(', ')}\n`);
