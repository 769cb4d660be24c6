/** sandbox_upload: files of the client's machine into a sandbox, or a link to which the client sends one. */
import { Uploaded, UploadFiles } from '../schemas/transfer.ts';
import { requireGroup } from '../src/backend/port.ts';
import { ThawError } from '../src/errors.ts';
import { defineTool, type ToolCall } from './define-tool.ts';
import { linkToFile } from './file-links.ts';
import { requireHost } from './host-access.ts';

/** Where the caller's machine is not this one, or may not be read, it sends the file itself. */
async function offerPlace(sandbox: string, path: string, call: ToolCall) {
  const link = await linkToFile(call, { use: 'upload', sandbox, path });
  if (link === null) {
    throw new ThawError(
      'invalid_argument',
      'hostPath is missing, and no link can be made here: Thaw serves no HTTP.',
      {
        next: 'Give hostPath, or use sandbox_write_file or sandbox_git_clone.',
      },
    );
  }
  return { path, files: 0, sizeBytes: 0, skipped: 0, url: link.url, urlExpiresAt: link.expiresAt };
}

export default defineTool({
  name: 'sandbox_upload',
  title: 'Upload files',
  description:
    'Copies a file or a directory of this machine into a started sandbox, of any size and without passing through the conversation. Only directories that the user allowed with --host-paths. Without hostPath it answers a url that takes one file for path without a key: curl -T FILE URL.',
  kind: 'replace',
  group: 'fileSystem',
  input: UploadFiles,
  output: Uploaded,
  async handle({ sandbox, hostPath, path }, call) {
    if (hostPath === undefined) return await offerPlace(sandbox, path, call);
    const { backend, context, host } = call;
    const fileSystem = requireGroup(backend, 'fileSystem');
    const { isDirectory, files, skipped } = await requireHost(host).source(hostPath);
    if (isDirectory) await fileSystem.makeFolder(sandbox, { path }, context);
    let sizeBytes = 0;
    for (const file of files) {
      context.signal.throwIfAborted();
      context.progress?.(`uploading ${file.path || path}`);
      const target = file.path === '' ? path : `${path}/${file.path}`;
      const mode = `0${file.mode.toString(8).padStart(3, '0')}`;
      const uploaded = await fileSystem.upload(sandbox, { path: target, mode }, file.read(), context);
      sizeBytes += uploaded.sizeBytes;
    }
    return { path, files: files.length, sizeBytes, skipped, url: null, urlExpiresAt: null };
  },
});
