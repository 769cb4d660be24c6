/**
 * Matplotlib for a sandbox that lacks it: the distribution's packages, without the compilers and libraries that the one for
 * its fonts depends on and that drawing never uses. Downloaded once into a cache directory.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const TIMEOUT_MS = 300_000;

const packages = `
  python3-matplotlib python-matplotlib-data python3-numpy python3-contourpy python3-cycler
  python3-dateutil python3-kiwisolver python3-packaging python3-pyparsing python3-six python3-pil
  python3-fonttools fonts-dejavu-core libblas3 liblapack3 libgfortran5 libquadmath0 libopenjp2-7
  libjpeg62-turbo libtiff6 libwebp7 libwebpdemux2 libwebpmux3 liblcms2-2 libfreetype6 libpng16-16
  libqhull-r8.0 libdeflate0 libjbig0 liblerc4 libimagequant0 libraqm0 libfribidi0 libxcb1 libxau6
  libxdmcp6 libharfbuzz0b libgraphite2-3 libglib2.0-0 libstdc++6 libbrotli1 libbsd0 libmd0 libgomp1
`
  .trim()
  .split(/\s+/);

const key = createHash('sha256').update(packages.join()).digest('hex').slice(0, 12);
const directory = fileURLToPath(new URL(`../../node_modules/.cache/matplotlib-${key}`, import.meta.url));

async function download(): Promise<void> {
  const partial = `${directory}.partial`;
  mkdirSync(partial, { recursive: true });
  const options = { cwd: partial, timeout: TIMEOUT_MS };
  // Without a sandbox of apt's own: its user may not write here.
  const args = ['-q', '-o', 'APT::Sandbox::User=root', 'download', ...packages];
  await run('apt-get', args, options).catch(async () => {
    await run('apt-get', ['-q', 'update'], options);
    await run('apt-get', args, options);
  });
  renameSync(partial, directory);
}

/** The packages' files, by name. Needs a Debian-like machine whose package sources answer. */
export async function matplotlibPackages(): Promise<ReadonlyMap<string, Buffer>> {
  const list = (): string[] => {
    try {
      return readdirSync(directory);
    } catch {
      return [];
    }
  };
  if (list().length === 0) await download();
  return new Map(list().map((name) => [name, readFileSync(join(directory, name))]));
}

/** What root runs in a sandbox that has the packages in a directory. Two libraries are found by links that dpkg would make. */
export const unpackCommand = (where: string): string =>
  `for file in ${where}/*.deb; do dpkg-deb -x "$file" / || exit 1; done
ls -d /usr/lib/*/blas /usr/lib/*/lapack > /etc/ld.so.conf.d/algebra.conf && ldconfig`;
