/** sandbox_download: files of a sandbox onto the client's machine, or as a resource that the client reads. */
import { Downloaded, DownloadFiles } from '../schemas/transfer.ts';
import { type CallContext, type OperationGroups, requireGroup } from '../src/backend/port.ts';
import { resourceUri } from '../src/content/resource-uri.ts';
import { ThawError } from '../src/errors.ts';
import { defineTool } from './define-tool.ts';
import { type HostTarget, requireHost } from './host-access.ts';

const MAX_DEPTH = 16;

interface Moved {
  files: number;
  sizeBytes: number;
  skipped: number;
}

interface Work {
  readonly fileSystem: OperationGroups['fileSystem'];
  readonly sandbox: string;
  readonly target: HostTarget;
  readonly context: CallContext;
}

async function downloadFile(
  { fileSystem, sandbox, target, context }: Work,
  from: string,
  to: string,
): Promise<number> {
  const download = await fileSystem.download(sandbox, from, context);
  try {
    return await target.write(to, download.chunks, download.facts.mode);
  } finally {
    download.cancel();
  }
}

async function downloadTree(work: Work, path: string): Promise<Moved> {
  const { fileSystem, sandbox, context } = work;
  const listing = await fileSystem.list(sandbox, { path, depth: MAX_DEPTH }, context);
  if (listing.truncated) {
    throw new ThawError(
      'capacity',
      `${listing.path} has too many files to download one by one; nothing was written.`,
      {
        next: 'Pack it with sandbox_exec (tar czf FILE DIR) and download the archive.',
      },
    );
  }
  const moved: Moved = { files: 0, sizeBytes: 0, skipped: 0 };
  for (const entry of listing.entries) {
    context.signal.throwIfAborted();
    if (entry.type === 'directory') continue;
    if (entry.type !== 'file') {
      moved.skipped += 1;
      continue;
    }
    const relative = entry.path.slice(listing.path.length).replace(/^\/+/, '');
    context.progress?.(`downloading ${relative}`);
    moved.sizeBytes += await downloadFile(work, entry.path, relative);
    moved.files += 1;
  }
  return moved;
}

export default defineTool({
  name: 'sandbox_download',
  title: 'Download files',
  description:
    'Copies a file or a directory of a started sandbox to hostPath on this machine, of any size and without passing through the conversation. Only into directories that the user allowed with --host-paths. Without hostPath it answers a resource URI of the file, which clients read.',
  kind: 'write',
  group: 'fileSystem',
  input: DownloadFiles,
  output: Downloaded,
  async handle({ sandbox, path, hostPath, overwrite = false }, { backend, context, host }) {
    const fileSystem = requireGroup(backend, 'fileSystem');
    if (hostPath === undefined) {
      const facts = await fileSystem.info(sandbox, path, context);
      if (facts.type !== 'file') {
        throw new ThawError('is_a_directory', `${facts.path} is no file.`, {
          next: 'Give hostPath for a directory, or pack it with sandbox_exec (tar) first.',
        });
      }
      const uri = resourceUri(sandbox, facts.path);
      return { hostPath: null, uri, files: 1, sizeBytes: facts.sizeBytes, skipped: 0 };
    }
    const target = await requireHost(host).target(hostPath, { overwrite });
    const work: Work = { fileSystem, sandbox, target, context };
    const { type } = await fileSystem.info(sandbox, path, context);
    const moved =
      type === 'directory'
        ? await downloadTree(work, path)
        : { files: 1, sizeBytes: await downloadFile(work, path, ''), skipped: 0 };
    return { hostPath, uri: null, ...moved };
  },
});
