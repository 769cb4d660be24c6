/**
 * Compiles the guest agent into `dist/guest/thaw-agent-<arch>`: once per state of its sources. Plain JavaScript,
 * because set-up runs it before anything is installed. As a program it builds for this machine, or for the
 * architectures that it is given (`node src/guest/build.mjs x64 arm64`).
 */
import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const sourceDir = dirname(fileURLToPath(import.meta.url));
/** @type {Readonly<Record<string, string>>} */
const compilers = { x64: 'x86_64-linux-gnu-gcc', arm64: 'aarch64-linux-gnu-gcc' };

export const warningFlags = [
  '-Wall',
  '-Wextra',
  '-Wpedantic',
  '-Wshadow',
  '-Wstrict-prototypes',
  '-Wmissing-prototypes',
  '-Wvla',
  '-Wformat=2',
  '-Wundef',
  '-Wwrite-strings',
  '-Werror',
];
export const languageFlags = ['-std=c11', '-D_GNU_SOURCE'];
const releaseFlags = [
  '-Os',
  '-D_FORTIFY_SOURCE=2',
  '-fstack-protector-strong',
  '-ffunction-sections',
  '-fdata-sections',
  '-static',
  '-Wl,--gc-sections,-z,noexecstack,-z,relro,-z,now',
  '-s',
];
export const sanitizerFlags = [
  '-O1',
  '-g',
  '-DTHAW_SANITIZED',
  '-fno-omit-frame-pointer',
  '-fsanitize=address,undefined',
  '-fno-sanitize-recover=all',
];

/** @param {string} dir @returns {Promise<string[]>} the C files, in a fixed order */
export async function guestSources(dir = sourceDir) {
  const names = await readdir(dir);
  return names.filter((name) => /\.[ch]$/.test(name)).sort();
}

/** @param {string} arch @returns {Promise<string>} a compiler that answers */
async function findCompiler(arch) {
  const candidates = [compilers[arch], ...(arch === process.arch ? ['cc', 'gcc'] : [])];
  for (const compiler of candidates) {
    if (compiler === undefined) continue;
    try {
      await run(compiler, ['--version'], { timeout: 20_000 });
      return compiler;
    } catch {
      // Not installed; the next one may be.
    }
  }
  const wanted =
    arch === process.arch ? 'gcc and libc6-dev' : 'gcc-aarch64-linux-gnu and libc6-dev-arm64-cross';
  throw new Error(
    `The guest agent needs a C compiler for ${arch}, and there is none. Install ${wanted} (apt-get install, as root).`,
  );
}

/** @param {string} compiler @param {string[]} args */
async function compile(compiler, args) {
  try {
    await run(compiler, args, { cwd: sourceDir, timeout: 300_000, maxBuffer: 1 << 24 });
  } catch (error) {
    const text = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    if (/cannot find -lc\b|stdio\.h: No such file|crt1\.o/.test(text)) {
      throw new Error(
        'The guest agent needs the static C library. Install libc6-dev (apt-get install, as root).',
        {
          cause: error,
        },
      );
    }
    throw new Error(`The guest agent does not compile:\n${text}`, { cause: error });
  }
}

/** @param {string} path @returns {Promise<string>} */
const readStamp = (path) => readFile(path, 'utf8').catch(() => '');

/**
 * Builds what is out of date and answers the binary's path. Throws an Error whose message names the packages to
 * install when there is no compiler or no static C library.
 *
 * @param {{ outDir: string, arch?: string, sanitize?: boolean }} options `arch` as in `process.arch`
 * @returns {Promise<{ path: string, built: boolean, sizeBytes: number }>}
 */
export async function buildGuest({ outDir, arch = process.arch, sanitize = false }) {
  const sources = await guestSources();
  const flags = [...languageFlags, ...warningFlags, ...(sanitize ? sanitizerFlags : releaseFlags)];
  const hash = createHash('sha256').update(JSON.stringify([arch, flags]));
  for (const name of sources) hash.update(name).update(await readFile(join(sourceDir, name)));
  const digest = hash.digest('hex');
  const path = join(outDir, `thaw-agent-${arch}${sanitize ? '-sanitized' : ''}`);
  const stamp = `${path}.stamp`;
  if ((await readStamp(stamp)) === digest) {
    const existing = await stat(path).catch(() => null);
    if (existing !== null) return { path, built: false, sizeBytes: existing.size };
  }
  const compiler = await findCompiler(arch);
  await mkdir(outDir, { recursive: true });
  // Whoever builds at the same time never sees half a binary.
  const temporary = `${path}.${randomUUID()}`;
  try {
    await compile(compiler, [...flags, ...sources.filter((name) => name.endsWith('.c')), '-o', temporary]);
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await writeFile(stamp, digest);
  return { path, built: true, sizeBytes: (await stat(path)).size };
}

async function main() {
  const outDir = join(sourceDir, '..', '..', 'dist', 'guest');
  const asked = process.argv.slice(2);
  for (const arch of asked.length === 0 ? [process.arch] : asked) {
    const { path, built, sizeBytes } = await buildGuest({ outDir, arch });
    process.stdout.write(`${built ? 'built' : 'up to date'}: ${path} (${sizeBytes} bytes)\n`);
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  main().catch((error) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  });
}
