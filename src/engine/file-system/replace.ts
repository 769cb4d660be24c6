/** Replaces literal text in files, each as a whole or not at all. */
import type { ReplacedFile, ReplaceInFiles } from '../../../schemas/file-system.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { FileAccess } from './scope.ts';

const MAX_BYTES = 10 * 1024 * 1024;

/** How often `pattern` was there, and what comes of it. Bytes, so that no encoding is harmed. */
function replaceAll(
  data: Buffer,
  pattern: Buffer,
  value: Buffer,
): { readonly result: Buffer; readonly count: number } {
  const parts: Buffer[] = [];
  let from = 0;
  let count = 0;
  for (let at = data.indexOf(pattern); at >= 0; at = data.indexOf(pattern, from)) {
    parts.push(data.subarray(from, at), value);
    from = at + pattern.length;
    count += 1;
  }
  return { result: Buffer.concat([...parts, data.subarray(from)]), count };
}

async function replaceIn(
  { agent, scope }: FileAccess,
  path: string,
  pattern: Buffer,
  value: Buffer,
): Promise<number> {
  const { data } = await agent.readFile(path, { maxBytes: MAX_BYTES + 1 }, scope);
  if (data.length > MAX_BYTES)
    throw new ThawError('file_too_large', `${path} has more than ${MAX_BYTES} bytes.`);
  const { result, count } = replaceAll(data, pattern, value);
  if (result.length > 2 * MAX_BYTES)
    throw new ThawError('file_too_large', `${path} would have more than ${2 * MAX_BYTES} bytes.`);
  if (count > 0) await agent.writeFile(path, result, {}, scope);
  return count;
}

/** A file that cannot be changed is told with why; the others are changed. Throws `cancelled` and what breaks all of them. */
export async function replaceInFiles(
  access: FileAccess,
  { files, pattern, newValue }: ReplaceInFiles,
): Promise<readonly ReplacedFile[]> {
  const [wanted, value] = [Buffer.from(pattern, 'utf8'), Buffer.from(newValue, 'utf8')];
  const results: ReplacedFile[] = [];
  for (const file of files) {
    if (access.call.signal.aborted) throw new ThawError('cancelled', 'The replacing was cancelled.');
    try {
      results.push({ file, replacements: await replaceIn(access, file, wanted, value), error: null });
    } catch (error) {
      if (!isThawError(error) || error.httpStatus >= 500) throw error;
      results.push({ file, replacements: 0, error: error.message });
    }
  }
  return results;
}
