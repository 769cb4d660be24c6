/** The files group of the port over the toolbox. */
import { type FileContent, MAX_FILE_BYTES, type ReadFile } from '../../../schemas/files.ts';
import type { CallContext, FileOperations } from '../../backend/port.ts';
import { decodeContent, selectLines } from '../../content/file-content.ts';
import { ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { askToolbox, withQuery } from './call.ts';
import { listFiles } from './list-files.ts';
import type { WorkDirectories } from './paths.ts';
import { writeFile } from './write-file.ts';

const codes = { 400: 'not_a_file', 403: 'permission_denied', 404: 'file_not_found' } as const;

/** What the download of a file that is too large may bring before it is cut off. */
const MAX_ANSWER_BYTES = MAX_FILE_BYTES + 1;

async function readFile(
  remote: RemoteContext,
  sandbox: string,
  path: string,
  { offset = 1, limit }: ReadFile,
  context: CallContext,
): Promise<FileContent> {
  const request = {
    method: 'GET',
    path: withQuery('/files/download', { path }),
    idempotent: true,
    maxBytes: MAX_ANSWER_BYTES,
    codes,
  };
  const { answer } = await askToolbox(remote, sandbox, request, context);
  const data = answer.body;
  if (data.length > MAX_FILE_BYTES) {
    throw new ThawError(
      'file_too_large',
      `${path} has more than ${MAX_FILE_BYTES} bytes, the most that is read.`,
    );
  }
  const decoded = decodeContent(data);
  if (decoded.encoding === 'base64') {
    return { path, ...decoded, sizeBytes: data.length, totalLines: null, truncated: false };
  }
  return { path, encoding: 'utf8', sizeBytes: data.length, ...selectLines(decoded.content, offset, limit) };
}

export function fileOperations(remote: RemoteContext, directories: WorkDirectories): FileOperations {
  return {
    async read(sandbox, request, context) {
      const path = await directories.resolve(remote, sandbox, request.path, context);
      return readFile(remote, sandbox, path, request, context);
    },
    async write(sandbox, request, context) {
      const path = await directories.resolve(remote, sandbox, request.path, context);
      return writeFile(remote, sandbox, path, request, context);
    },
    async list(sandbox, request, context) {
      const path = await directories.resolve(remote, sandbox, request.path ?? '.', context);
      return listFiles(remote, sandbox, path, request.depth ?? 1, context);
    },
  };
}
