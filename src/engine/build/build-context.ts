/** Packs what an image is built of, and names it by its content. */
import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';
import { type BuildWithContext, MAX_CONTEXT_BYTES } from '../../../schemas/build.ts';
import { ThawError } from '../../errors.ts';
import { checkDockerfile } from './dockerfile-check.ts';

interface ContextFile {
  readonly path: string;
  readonly data: Buffer;
  readonly mode: number;
}

function decode(path: string, content: string, encoding: 'utf8' | 'base64'): Buffer {
  if (encoding === 'base64' && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content))
    throw new ThawError('invalid_argument', `buildInfo.context: the content of ${path} is not base64.`);
  return Buffer.from(content, encoding);
}

function filesOf({ context = [] }: BuildWithContext): ContextFile[] {
  const files = context.map(({ path, content, encoding = 'utf8', executable = false }) => ({
    path,
    data: decode(path, content, encoding),
    mode: executable ? 0o755 : 0o644,
  }));
  const paths = new Set(files.map(({ path }) => path));
  const clash = files.find(({ path }) => [...paths].some((other) => other.startsWith(`${path}/`)));
  if (paths.size < files.length || clash !== undefined)
    throw new ThawError('invalid_argument', 'buildInfo.context: two of the files are in each other’s place.');
  const total = files.reduce((sum, { data }) => sum + data.length, 0);
  if (total > MAX_CONTEXT_BYTES) {
    throw new ThawError(
      'file_too_large',
      `buildInfo.context: ${total} bytes; at most ${MAX_CONTEXT_BYTES} are taken.`,
      { next: 'Fetch large files by RUN, or start from a snapshot that has them.' },
    );
  }
  return files;
}

/** Throws `invalid_argument`, `file_too_large` or `unsupported` for what cannot be built; touches nothing. */
export function checkBuild(build: BuildWithContext): void {
  if ((build.contextHashes ?? []).length > 0) {
    throw new ThawError('unsupported', 'buildInfo.contextHashes: this engine has no upload storage.', {
      next: 'Pass the files themselves as buildInfo.context.',
    });
  }
  checkDockerfile(build.dockerfileContent);
  filesOf(build);
}

/** The same for the same Dockerfile and files, whatever their order. Lower-case hexadecimal. */
export function buildKey(build: BuildWithContext): string {
  const digest = (data: Buffer | string): string => createHash('sha256').update(data).digest('hex');
  const files = filesOf(build).map(({ path, data, mode }) => [path, mode, digest(data)]);
  const sorted = files.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
  return digest(JSON.stringify([build.dockerfileContent, sorted]));
}

/** The tar that the daemon builds from. */
export async function packContext(build: BuildWithContext): Promise<Buffer> {
  const tar = pack();
  const whole = buffer(tar);
  tar.entry({ name: 'Dockerfile' }, build.dockerfileContent);
  for (const { path, data, mode } of filesOf(build)) {
    // The same files at another time are the same layer to the builder's cache.
    tar.entry({ name: path, mode, uid: 0, gid: 0, mtime: new Date(0) }, data);
  }
  tar.finalize();
  return await whole;
}
