/** sandbox_download: files of a sandbox onto the client's machine, or as a resource that the client reads. */
import { Downloaded, DownloadFiles } from '../schemas/transfer.ts';
import { type CallContext, type OperationGroups, requireGroup } from '../src/backend/port.ts';
import { mimeTypeOf } from '../src/content/mime-type.ts';
import { resourceUri } from '../src/content/resource-uri.ts';
import { ThawError } from '../src/errors.ts';
import { defineTool, type ToolCall, WithBlocks } from './define-tool.ts';
import { linkToFile } from './file-links.ts';
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

/** Where the caller's machine is not this one, or may not be written to, it fetches the file itself. */
async function offerFile(sandbox: string, path: string, call: ToolCall) {
  const { backend, context } = call;
  const facts = await requireGroup(backend, 'fileSystem').info(sandbox, path, context);
  if (facts.type !== 'file') {
    throw new ThawError('is_a_directory', `${facts.path} is no file.`, {
      next: 'Give hostPath for a directory, or pack it with sandbox_exec (tar) first.',
    });
  }
  const uri = resourceUri(sandbox, facts.path);
  const link = await linkToFile(call, { use: 'download', sandbox, path: facts.path });
  const { sizeBytes, name } = facts;
  const mimeType = mimeTypeOf(name) ?? 'application/octet-stream';
  const value = {
    files: 1,
    sizeBytes,
    skipped: 0,
    hostPath: null,
    uri,
    url: link?.url ?? null,
    urlExpiresAt: link?.expiresAt ?? null,
  };
  return new WithBlocks(value, [{ type: 'resource_link', uri, name, mimeType, size: sizeBytes }]);
}

export default defineTool({
  name: 'sandbox_download',
  title: 'Download files',
  description:
    'Copies a file or a directory of a started sandbox to hostPath on this machine, of any size and without passing through the conversation. Only into directories that the user allowed with --host-paths. Without hostPath it answers a resource URI of the file, which clients read, and over HTTP a url that needs no key: curl -o FILE URL.',
  kind: 'replace',
  group: 'fileSystem',
  input: DownloadFiles,
  output: Downloaded,
  async handle({ sandbox, path, hostPath, overwrite = false }, call) {
    if (hostPath === undefined) return await offerFile(sandbox, path, call);
    const { backend, context, host } = call;
    const fileSystem = requireGroup(backend, 'fileSystem');
    const target = await requireHost(host).target(hostPath, { overwrite });
    const work: Work = { fileSystem, sandbox, target, context };
    const { type } = await fileSystem.info(sandbox, path, context);
    const moved =
      type === 'directory'
        ? await downloadTree(work, path)
        : { files: 1, sizeBytes: await downloadFile(work, path, ''), skipped: 0 };
    return { hostPath, uri: null, url: null, urlExpiresAt: null, ...moved };
  },
});
