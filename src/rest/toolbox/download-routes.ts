/** Routes that give files out: one as it is, or many in one multipart body (reference §4.2). */
import { z } from 'zod';
import { FilePath } from '../../../schemas/files.ts';
import type { FileDownload } from '../../backend/file-system-operations.ts';
import { requireGroup } from '../../backend/port.ts';
import { isThawError } from '../../errors.ts';
import { check, readJson, readQuery } from './body.ts';
import { toProblem } from './problem.ts';
import type { ToolboxAnswer, ToolboxCall, ToolboxRoute } from './route.ts';

const BOUNDARY = 'DAYTONA-FILE-BOUNDARY';
const MAX_FILES = 1_000;

const PathQuery = z.object({ path: FilePath });
const DownloadBody = z.object({
  paths: z.array(z.string().max(4096)).min(1, 'paths must not be empty').max(MAX_FILES),
});

const files = ({ backend }: ToolboxCall) => requireGroup(backend, 'fileSystem');

/** As Go writes it: no path can end the header. */
const quoted = (path: string): string =>
  `"${path.replace(/[\\"]/g, '\\$&').replaceAll('\r', '%0D').replaceAll('\n', '%0A')}"`;

/** The name in ASCII for all, and in full for those who read RFC 5987. */
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}

async function download(call: ToolboxCall): Promise<ToolboxAnswer> {
  const { path } = readQuery(call, PathQuery);
  const { facts, chunks } = await files(call).download(call.sandbox, path, call.context);
  return {
    kind: 'stream',
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'content-length': String(facts.sizeBytes),
      'content-disposition': attachment(facts.name),
      'x-content-type-options': 'nosniff',
    },
    chunks,
  };
}

function head(kind: 'file' | 'error', path: string, type: string, length: number | null): Buffer {
  const lines = [
    `--${BOUNDARY}`,
    `Content-Disposition: form-data; name="${kind}"; filename=${quoted(path)}`,
    `Content-Type: ${type}`,
    ...(length === null ? [] : [`Content-Length: ${length}`]),
    '',
    '',
  ];
  return Buffer.from(lines.join('\r\n'), 'utf8');
}

const END = Buffer.from('\r\n', 'utf8');

/** What keeps one file from being read is a part of its own; what breaks the sandbox breaks the answer. */
function errorPart(path: string, error: unknown): Buffer[] {
  const concernsFile = isThawError(error) && (error.httpStatus < 500 || error.code === 'file_read_failed');
  if (!concernsFile || error.code === 'state_conflict') throw error;
  const { message, statusCode, code } = toProblem(error);
  const body = Buffer.from(JSON.stringify({ message, statusCode, code, source: 'DAYTONA_DAEMON' }), 'utf8');
  return [head('error', path, 'application/json', null), body, END];
}

async function* parts(call: ToolboxCall, paths: readonly string[]): AsyncGenerator<Buffer> {
  for (const path of paths) {
    let opened: FileDownload;
    try {
      opened = await files(call).download(call.sandbox, check(FilePath, path), call.context);
    } catch (error) {
      yield* errorPart(path, error);
      continue;
    }
    yield head('file', path, 'application/octet-stream', opened.facts.sizeBytes);
    yield* opened.chunks;
    yield END;
  }
  yield Buffer.from(`--${BOUNDARY}--\r\n`, 'utf8');
}

async function bulkDownload(call: ToolboxCall): Promise<ToolboxAnswer> {
  const { paths } = await readJson(call, DownloadBody);
  return {
    kind: 'stream',
    status: 200,
    headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` },
    chunks: parts(call, paths),
  };
}

export const downloadRoutes: readonly ToolboxRoute[] = [
  { method: 'GET', path: '/files/download', handle: download, signable: true },
  { method: 'POST', path: '/files/bulk-download', handle: bulkDownload, readOnly: true },
];
