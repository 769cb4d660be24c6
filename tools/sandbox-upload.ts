/** sandbox_upload: files of the client's machine into a sandbox. */
import { Uploaded, UploadFiles } from '../schemas/transfer.ts';
import { requireGroup } from '../src/backend/port.ts';
import { defineTool } from './define-tool.ts';
import { requireHost } from './host-access.ts';

export default defineTool({
  name: 'sandbox_upload',
  title: 'Upload files',
  description:
    'Copies a file or a directory of this machine into a started sandbox, of any size and without passing through the conversation. Only directories that the user allowed with --host-paths; over HTTP use sandbox_write_file or sandbox_git_clone.',
  kind: 'write',
  group: 'fileSystem',
  input: UploadFiles,
  output: Uploaded,
  async handle({ sandbox, hostPath, path }, { backend, context, host }) {
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
    return { path, files: files.length, sizeBytes, skipped };
  },
});
