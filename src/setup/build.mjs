/**
 * Bundles the command line and the quickstart into dist/ and builds the guest agent, each only when what it is made of
 * changed. Every command is a chunk of its own, so that what an MCP client spawns loads almost nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeIgnoreFile, writeLicences } from './shipped.mjs';
import { root, runScript, StepError, say, step } from './steps.mjs';

const outDir = join(root, 'dist');
const stampPath = join(outDir, '.build.json');

/** Names in dist/ and where they come from. */
const entryPoints = {
  cli: 'src/cli/all.ts',
  quickstart: 'src/quickstart/main.ts',
  'mcp-remote': 'src/cli/mcp-remote.ts',
};
/** What an MCP client spawns: one small file, because every further file costs each start a millisecond. */
const relayEntryPoints = { thaw: 'src/main.ts' };

/** Parts of dockerode that Thaw never uses (BuildKit sessions, daemons over ssh) and that would double its size. */
const absentModules = /^(@grpc\/grpc-js|@grpc\/proto-loader|protobufjs|ssh2)$/;
/** Who asks for them. Thaw's own SSH gateway has the last one. */
const withoutThem = /\/node_modules\/(dockerode|docker-modem)\//;

/** Not minified: measured, it changes neither start-up (60 ms for the Docker client either way) nor anything else but stack traces. */
const minify = false;

/** Old chunks stay for a day: an owner that runs may still load one of them. */
const chunkLifeMs = 86_400_000;

/**
 * Every file below the directories, sorted.
 * @param {readonly string[]} directories
 */
async function filesBelow(directories) {
  const lists = await Promise.all(
    directories.map(async (directory) => {
      if (!existsSync(join(root, directory))) return [];
      const entries = await readdir(join(root, directory), { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    }),
  );
  return lists.flat().sort((a, b) => (a < b ? -1 : 1));
}

/**
 * A hash over names and contents.
 * @param {readonly string[]} files
 */
async function hashFiles(files) {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(`${file}\0`).update(await readFile(file));
  return hash.digest('hex');
}

/** @returns {Promise<Record<string, unknown>>} */
async function readStamps() {
  try {
    return JSON.parse(await readFile(stampPath, 'utf8'));
  } catch {
    return {};
  }
}

/** @param {Record<string, unknown>} stamps */
const writeStamps = (stamps) => writeFile(stampPath, `${JSON.stringify(stamps)}\n`);

async function bundle() {
  const { build: esbuild } = await import('esbuild');
  const present = Object.entries(entryPoints).filter(([, path]) => existsSync(join(root, path)));
  /** @type {import('esbuild').BuildOptions} */
  const common = {
    absWorkingDir: root,
    outdir: outDir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'warning',
  };
  const whole = esbuild({
    ...common,
    entryPoints: Object.fromEntries(present),
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    metafile: true,
    // Native modules find their binary beside themselves, so they stay in node_modules.
    external: ['libsql', 'cpu-features', '*.node'],
    // What CommonJS expects to be there.
    banner: {
      js: "import { createRequire as thawCreateRequire } from 'node:module'; const require = thawCreateRequire(import.meta.url); const thawDirname = import.meta.dirname;",
    },
    define: { __dirname: 'thawDirname' },
    plugins: [
      {
        name: 'absent-modules',
        setup(builder) {
          builder.onResolve({ filter: absentModules }, ({ path, importer }) =>
            withoutThem.test(importer) ? { path, namespace: 'absent' } : undefined,
          );
          // The native part of ssh2 is used where it was built, and else its own JavaScript.
          builder.onResolve({ filter: /\/sshcrypto\.node$/ }, () => ({
            path: 'ssh2/lib/protocol/crypto/build/Release/sshcrypto.node',
            external: true,
          }));
          builder.onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'module.exports = {};' }));
        },
      },
    ],
  });
  const relay = esbuild({
    ...common,
    entryPoints: relayEntryPoints,
    metafile: true,
    banner: { js: '#!/usr/bin/env node' },
    plugins: [
      {
        name: 'other-commands',
        setup(builder) {
          builder.onResolve({ filter: /\/cli\/all\.ts$/ }, () => ({ path: './cli.mjs', external: true }));
          // What only the remote backend needs.
          builder.onResolve({ filter: /\/mcp-remote\.ts$/ }, () => ({
            path: './mcp-remote.mjs',
            external: true,
          }));
        },
      },
    ],
  });
  const results = await Promise.all([whole, relay]).catch(() => {
    throw new StepError('The build failed; the messages above say where.');
  });
  const { metafile } = results[0];
  await chmod(join(outDir, 'thaw.mjs'), 0o755);
  await writeIgnoreFile(metafile);
  await writeLicences(results.map((result) => result.metafile));
  await removeOldChunks(new Set(Object.keys(metafile.outputs).map((path) => join(root, path))));
}

/** @param {ReadonlySet<string>} current */
async function removeOldChunks(current) {
  const directory = join(outDir, 'chunks');
  if (!existsSync(directory)) return;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    const { mtimeMs } = await stat(path);
    if (name !== '.npmignore' && !current.has(path) && performance.timeOrigin - mtimeMs > chunkLifeMs)
      await rm(path, { force: true });
  }
}

/** Builds the agent when its sources changed; where no compiler is, set-up does it later or says what to install. */
async function buildAgent() {
  const script = new URL('../guest/build.mjs', import.meta.url);
  if (!existsSync(script)) return;
  const { buildGuest } = await import(script.href);
  const startedAt = performance.now();
  try {
    const { built } = await buildGuest({ outDir: join(outDir, 'guest') });
    if (built) say(`> Built the guest agent in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  } catch (error) {
    say(`> The guest agent was not built: ${error instanceof Error ? error.message : String(error)}`);
    say('  Set-up tries again once it has made sure that there is a C compiler.');
  }
}

/** Brings dist/ up to date. A second call with nothing changed only reads and compares. */
export async function build() {
  await mkdir(outDir, { recursive: true });
  const stamps = await readStamps();
  const own = ['package.json', 'package-lock.json'].map((name) => join(root, name));
  const sources = await filesBelow(['src', 'tools', 'schemas']);

  const bundleHash = await hashFiles([...own, ...sources.filter((path) => !/\.(c|h|md)$/.test(path))]);
  if (stamps['bundle'] !== bundleHash || !existsSync(join(outDir, 'thaw.mjs'))) {
    await step('Building the command line', bundle);
    stamps['bundle'] = bundleHash;
    await writeStamps(stamps);
  }
  await buildAgent();
}

const calledDirectly = resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url);
if (calledDirectly) {
  await runScript(async () => {
    await build();
    return 0;
  });
}
