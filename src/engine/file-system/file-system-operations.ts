/** The port's file system operations over the guest agent. */
import type { FileSystemOperations } from '../../backend/file-system-operations.ts';
import type { EngineContext } from '../context.ts';
import { setPermissions } from './permissions.ts';
import { replaceInFiles } from './replace.ts';
import { accessFiles, resolvePath, toFacts, workDirectory } from './scope.ts';
import { downloadFile, uploadFile } from './transfer.ts';

const MAX_ENTRIES = 10_000;

export const fileSystemOperations = (context: EngineContext): FileSystemOperations => ({
  async info(name, path, call) {
    const access = await accessFiles(context, name, call);
    const stat = await access.agent.stat(path, access.scope);
    const start = path.startsWith('/') ? '/' : await workDirectory(access);
    return toFacts(resolvePath(start, path), stat);
  },
  async list(name, { path = '.', depth = 1 }, call) {
    const { agent, scope } = await accessFiles(context, name, call);
    const listed = await agent.list(path, { depth, maxEntries: MAX_ENTRIES }, scope);
    const below = listed.resolvedPath === '/' ? '' : listed.resolvedPath;
    return {
      path: listed.resolvedPath,
      entries: listed.entries.map((entry) => toFacts(`${below}/${entry.path}`, entry)),
      truncated: listed.truncated,
    };
  },
  async makeFolder(name, { path, mode }, call) {
    const { agent, scope } = await accessFiles(context, name, call);
    const options = mode === undefined ? {} : { mode: Number.parseInt(mode, 8) };
    await agent.makeDirectory(path, { parents: true, ...options }, scope);
  },
  async remove(name, { path, recursive = false }, call) {
    const { agent, scope } = await accessFiles(context, name, call);
    await agent.remove(path, { recursive }, scope);
  },
  async move(name, { source, destination, overwrite = false }, call) {
    const { agent, scope } = await accessFiles(context, name, call);
    await agent.move(source, destination, { overwrite }, scope);
  },
  setPermissions: async (name, request, call) =>
    await setPermissions(await accessFiles(context, name, call), request),
  replace: async (name, request, call) =>
    await replaceInFiles(await accessFiles(context, name, call), request),
  download: async (name, path, call) => await downloadFile(await accessFiles(context, name, call), path),
  upload: async (name, target, content, call) =>
    await uploadFile(await accessFiles(context, name, call), target, content),
});
