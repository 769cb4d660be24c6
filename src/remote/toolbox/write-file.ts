/** Writing a file of a sandbox by upload; appending by an upload beside it and the sandbox's own `cat`. */
import { z } from 'zod';
import type { WriteFile, WrittenFile } from '../../../schemas/files.ts';
import type { CallContext } from '../../backend/port.ts';
import { bytesOfWrite } from '../../content/file-content.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import { cleanText } from '../clean-text.ts';
import type { RemoteContext } from '../context.ts';
import { WireFileInfo } from '../wire/file-info.ts';
import { askToolbox, callToolbox, withQuery } from './call.ts';
import { uploadBody } from './multipart.ts';
import { quote } from './quote.ts';

const fileCodes = { 404: 'file_not_found', 403: 'permission_denied', 400: 'permission_denied' } as const;

/** Null when there is no such file. */
async function look(
  remote: RemoteContext,
  sandbox: string,
  path: string,
  context: CallContext,
): Promise<z.output<typeof WireFileInfo> | null> {
  try {
    const request = {
      method: 'GET',
      path: withQuery('/files/info', { path }),
      idempotent: true,
      codes: fileCodes,
    };
    return (await callToolbox(remote, sandbox, request, WireFileInfo, context)).value;
  } catch (error) {
    if (isThawError(error, 'file_not_found')) return null;
    throw error;
  }
}

async function upload(
  remote: RemoteContext,
  sandbox: string,
  path: string,
  data: Buffer,
  context: CallContext,
): Promise<void> {
  const content = uploadBody(path, data);
  const request = { method: 'POST', path: '/files/bulk-upload', content, codes: fileCodes };
  await askToolbox(remote, sandbox, request, context);
}

async function append(
  remote: RemoteContext,
  sandbox: string,
  path: string,
  data: Buffer,
  context: CallContext,
): Promise<void> {
  const beside = `/tmp/.thaw-append-${randomHex(8)}`;
  await upload(remote, sandbox, beside, data, context);
  const [from, to] = [quote(beside), quote(path)];
  const command = `mkdir -p "$(dirname -- ${to})" && cat ${from} >> ${to}; status=$?; rm -f ${from}; exit $status`;
  const Result = z.looseObject({ exitCode: z.number(), result: z.string() });
  const request = { method: 'POST', path: '/process/execute', json: { command, timeout: 30 } };
  const { value } = await callToolbox(remote, sandbox, request, Result, context);
  if (value.exitCode === 0) return;
  const why = cleanText(value.result, [remote.api.settings.token]);
  throw new ThawError('permission_denied', `${path} cannot be appended to: ${why}`);
}

async function setMode(
  remote: RemoteContext,
  sandbox: string,
  path: string,
  mode: string,
  context: CallContext,
): Promise<void> {
  const request = {
    method: 'POST',
    path: withQuery('/files/permissions', { path, mode: mode.padStart(4, '0') }),
    idempotent: true,
    codes: fileCodes,
  };
  await askToolbox(remote, sandbox, request, context);
}

/** `path` is absolute. Not atomic on servers that write in place. */
export async function writeFile(
  remote: RemoteContext,
  sandbox: string,
  path: string,
  request: WriteFile,
  context: CallContext,
): Promise<WrittenFile> {
  const data = bytesOfWrite(request);
  const before = await look(remote, sandbox, path, context);
  if (before?.isDir === true) throw new ThawError('is_a_directory', `${path} is a directory.`);
  if (request.append === true) await append(remote, sandbox, path, data, context);
  else await upload(remote, sandbox, path, data, context);
  if (request.mode !== undefined) await setMode(remote, sandbox, path, request.mode, context);
  const kept = request.append === true ? (before?.size ?? 0) : 0;
  return { path, sizeBytes: kept + data.length, created: before === null };
}
