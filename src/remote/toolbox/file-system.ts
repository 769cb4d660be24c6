/** The fileSystem group of the port over the toolbox: files as things, and contents of any size as streams. */
import { posix } from 'node:path';
import { z } from 'zod';
import type { FileFacts, ReplacedFile, UploadedFile, UploadTarget } from '../../../schemas/file-system.ts';
import type { FileDownload, FileSystemOperations } from '../../backend/file-system-operations.ts';
import type { CallContext } from '../../backend/port.ts';
import { ThawError } from '../../errors.ts';
import type { RemoteContext } from '../context.ts';
import { openTransfer, words } from '../transfer.ts';
import { toFacts, WireFileInfo } from '../wire/file-info.ts';
import { askToolbox, atToolbox, callToolbox, operationName, type ToolboxRequest, withQuery } from './call.ts';
import { findFiles } from './list-files.ts';
import { uploadParts } from './multipart.ts';
import type { WorkDirectories } from './paths.ts';

const codes = { 403: 'permission_denied', 404: 'file_not_found', 409: 'file_exists' } as const;
const uploadCodes = { 400: 'permission_denied', 403: 'permission_denied' } as const;
const DEFAULT_FOLDER_MODE = '0755';

const WireReplaced = z.array(
  z.looseObject({
    file: z.string().nullish(),
    success: z.boolean().nullish(),
    error: z.string().nullish(),
  }),
);

const padded = (mode: string): string => mode.padStart(4, '0');

export function fileSystemOperations(
  remote: RemoteContext,
  directories: WorkDirectories,
): FileSystemOperations {
  const resolve = (sandbox: string, path: string, context: CallContext): Promise<string> =>
    directories.resolve(remote, sandbox, path, context);
  const tell = async (
    sandbox: string,
    method: string,
    path: string,
    context: CallContext,
    more: Pick<ToolboxRequest, 'codes' | 'idempotent'> = {},
  ): Promise<void> => {
    await askToolbox(remote, sandbox, { method, path, codes, ...more }, context);
  };

  async function info(sandbox: string, given: string, context: CallContext): Promise<FileFacts> {
    const path = await resolve(sandbox, given, context);
    const request = { method: 'GET', path: withQuery('/files/info', { path }), idempotent: true, codes };
    return toFacts((await callToolbox(remote, sandbox, request, WireFileInfo, context)).value, path);
  }

  const setMode = (sandbox: string, path: string, mode: string, context: CallContext): Promise<void> =>
    tell(sandbox, 'POST', withQuery('/files/permissions', { path, mode: padded(mode) }), context, {
      idempotent: true,
    });

  async function download(sandbox: string, given: string, context: CallContext): Promise<FileDownload> {
    const facts = await info(sandbox, given, context);
    if (facts.type === 'directory') throw new ThawError('is_a_directory', `${facts.path} is a directory.`);
    const { signal } = context;
    const path = withQuery('/files/download', { path: facts.path });
    const operation = { name: operationName('GET', path), codes: { ...codes, 400: 'not_a_file' } } as const;
    const transfer = await atToolbox(remote, sandbox, context, (place) =>
      openTransfer(remote.api, { method: 'GET', url: `${place.url}${path}`, operation, signal }),
    );
    const length = Number(transfer.headers.get('content-length') ?? Number.NaN);
    const sizeBytes = Number.isSafeInteger(length) ? length : facts.sizeBytes;
    return { facts: { ...facts, sizeBytes }, chunks: transfer.chunks, cancel: () => transfer.cancel() };
  }

  async function upload(
    sandbox: string,
    target: UploadTarget,
    content: AsyncIterable<Uint8Array>,
    context: CallContext,
  ): Promise<UploadedFile> {
    const path = await resolve(sandbox, target.path, context);
    let sizeBytes = 0;
    async function* counted(): AsyncGenerator<Uint8Array> {
      for await (const chunk of content) {
        sizeBytes += chunk.length;
        yield chunk;
      }
    }
    const at = '/files/bulk-upload';
    const operation = { name: operationName('POST', at), codes: uploadCodes };
    const { url } = await remote.places.find(sandbox, context);
    const { signal } = context;
    // The content is there once: it is not sent again to another place.
    const sent = {
      method: 'POST',
      url: `${url}${at}`,
      operation,
      signal,
      upload: uploadParts(path, counted()),
    };
    await words((await openTransfer(remote.api, sent)).chunks);
    if (target.mode !== undefined) await setMode(sandbox, path, target.mode, context);
    return { path, sizeBytes };
  }

  return {
    info,
    async list(sandbox, { path: given = '.', depth = 1 }, context) {
      const path = await resolve(sandbox, given, context);
      const { found, truncated } = await findFiles(remote, sandbox, path, depth, context);
      const entries = found.map((file) => toFacts(file.info, posix.join(path, file.path)));
      return { path, entries, truncated };
    },
    async makeFolder(sandbox, { path: given, mode = DEFAULT_FOLDER_MODE }, context) {
      const path = await resolve(sandbox, given, context);
      await tell(sandbox, 'POST', withQuery('/files/folder', { path, mode: padded(mode) }), context, {
        idempotent: true,
      });
    },
    async remove(sandbox, { path: given, recursive = false }, context) {
      const path = withQuery('/files', {
        path: await resolve(sandbox, given, context),
        recursive: recursive ? 'true' : undefined,
      });
      await tell(sandbox, 'DELETE', path, context, { codes: { ...codes, 400: 'is_a_directory' } });
    },
    async move(sandbox, { source, destination, overwrite = false }, context) {
      if (overwrite)
        throw new ThawError(
          'unsupported_by_backend',
          'overwrite: the Daytona API replaces no file by a move.',
          {
            next: 'Remove the destination first.',
          },
        );
      const from = await resolve(sandbox, source, context);
      const to = await resolve(sandbox, destination, context);
      await tell(sandbox, 'POST', withQuery('/files/move', { source: from, destination: to }), context);
    },
    async setPermissions(sandbox, { path: given, owner, group, mode }, context) {
      const path = await resolve(sandbox, given, context);
      const wanted = { path, owner, group, mode: mode === undefined ? undefined : padded(mode) };
      await tell(sandbox, 'POST', withQuery('/files/permissions', wanted), context, { idempotent: true });
    },
    async replace(sandbox, { files, ...rest }, context): Promise<readonly ReplacedFile[]> {
      const paths = await Promise.all(files.map((file) => resolve(sandbox, file, context)));
      const request = { method: 'POST', path: '/files/replace', json: { files: paths, ...rest }, codes };
      const { value } = await callToolbox(remote, sandbox, request, WireReplaced, context);
      return value.map(({ file, success, error }, index) => ({
        file: file ?? paths[index] ?? '',
        replacements: null,
        error: success === true ? null : (error ?? 'it could not be changed'),
      }));
    },
    download,
    upload,
  };
}
