/** Routes that take files: many in one multipart body, or one (reference §4.2, §4.5). */
import { z } from 'zod';
import { FilePath } from '../../../schemas/files.ts';
import { requireGroup } from '../../backend/port.ts';
import { isThawError, ThawError } from '../../errors.ts';
import { check, readQuery } from './body.ts';
import { json, type ToolboxAnswer, type ToolboxCall, type ToolboxRoute } from './route.ts';
import { readFiles, readRaw, type SentFile } from './upload.ts';

const PathQuery = z.object({ path: FilePath });

const files = ({ backend }: ToolboxCall) => requireGroup(backend, 'fileSystem');

/** `files[3].file` belongs to `files[3].path`, which comes before it. */
function pathOf({ field, fields }: SentFile): string {
  const [, index] = /^files\[(\d{1,6})\]\.file$/.exec(field) ?? [];
  if (index === undefined)
    throw new ThawError(
      'invalid_argument',
      `Unexpected file field ${field.slice(0, 64)}: files[0].file is expected.`,
    );
  const path = fields.get(`files[${index}].path`);
  if (path === undefined)
    throw new ThawError('invalid_argument', `files[${index}].path must come before files[${index}].file`);
  return check(FilePath, path);
}

async function bulkUpload(call: ToolboxCall): Promise<ToolboxAnswer> {
  const uploaded: { readonly path: string; readonly bytes: number }[] = [];
  const errors: string[] = [];
  await readFiles(call, async (sent) => {
    try {
      const path = pathOf(sent);
      const { sizeBytes } = await files(call).upload(call.sandbox, { path }, sent.content, call.context);
      uploaded.push({ path, bytes: sizeBytes });
    } catch (error) {
      // One file that cannot be written does not end the others; what concerns all of them does.
      if (!isThawError(error) || error.httpStatus >= 500 || error.code === 'state_conflict') throw error;
      errors.push(error.message);
    }
  });
  if (errors.length > 0) return json({ errors }, 400);
  if (uploaded.length === 0) throw new ThawError('invalid_argument', 'The body holds no file.');
  return json({ files: uploaded });
}

async function uploadOne(call: ToolboxCall): Promise<ToolboxAnswer> {
  const { path } = readQuery(call, PathQuery);
  const target = { path };
  const name = path.split('/').at(-1) ?? path;
  if (!/^multipart\//i.test(call.headers['content-type'] ?? '')) {
    const written = await readRaw(call, (content) =>
      files(call).upload(call.sandbox, target, content, call.context),
    );
    return json({ name, path: written.path, type: 'file' });
  }
  let written: string | null = null;
  await readFiles(call, async ({ field, content }) => {
    if (field !== 'file' || written !== null) return;
    written = path;
    written = (await files(call).upload(call.sandbox, target, content, call.context)).path;
  });
  if (written === null) throw new ThawError('invalid_argument', 'The body has no field "file".');
  return json({ name, path: written, type: 'file' });
}

export const uploadRoutes: readonly ToolboxRoute[] = [
  { method: 'POST', path: '/files/bulk-upload', handle: bulkUpload },
  { method: 'POST', path: '/files/upload', handle: uploadOne },
  { method: 'POST', path: '/files/upload-v2', handle: uploadOne, signable: true },
  // As `curl -T FILE URL` sends one; the API's clients do not.
  { method: 'PUT', path: '/files/upload-v2', handle: uploadOne, signable: true },
];
