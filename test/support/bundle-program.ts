/** A program of the tests as one file: it starts in a fraction of the time that loading the sources one by one takes. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(root, 'node_modules', '.cache');

export interface BundledProgram {
  readonly file: string;
  readonly remove: () => void;
}

/** `source` is a path in the repository, and `more` what is special about it. `remove` it when nothing runs of it any more. */
export async function bundleProgram(source: string, more: BuildOptions = {}): Promise<BundledProgram> {
  mkdirSync(cache, { recursive: true });
  const name = basename(source, '.ts');
  const outdir = mkdtempSync(join(cache, `${name}-`));
  await build({
    absWorkingDir: root,
    entryPoints: { [name]: source },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    external: ['libsql', 'pino', 'dockerode', 'ssh2'],
    banner: { js: "import { createRequire as c } from 'node:module'; const require = c(import.meta.url);" },
    logLevel: 'warning',
    ...more,
  });
  return {
    file: join(outdir, `${name}.mjs`),
    remove: () => rmSync(outdir, { recursive: true, force: true }),
  };
}
