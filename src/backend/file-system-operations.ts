/** Files beside reading and writing small ones: their facts, their places, and contents of any size as streams. */
import type {
  FileFacts,
  FileFactsListing,
  MakeFolder,
  MoveFile,
  RemoveFile,
  ReplacedFile,
  ReplaceInFiles,
  SetPermissions,
  UploadedFile,
  UploadTarget,
} from '../../schemas/file-system.ts';
import type { ListFiles } from '../../schemas/files.ts';
import type { CallContext } from './port.ts';

/** A file on its way out. */
export interface FileDownload {
  readonly facts: FileFacts;
  /** At the reader's pace. Iterate once, or `cancel`. Ends with an error when the file cannot be read to its end. */
  readonly chunks: AsyncIterable<Buffer>;
  cancel(): void;
}

/** All act as the sandbox's user; relative paths begin where its commands do. */
export interface FileSystemOperations {
  /** Follows links. Throws `file_not_found`. */
  info(sandbox: string, path: string, context: CallContext): Promise<FileFacts>;
  list(sandbox: string, request: ListFiles, context: CallContext): Promise<FileFactsListing>;
  /** With its parents; one that is there is no error. */
  makeFolder(sandbox: string, request: MakeFolder, context: CallContext): Promise<void>;
  /** Throws `is_a_directory` for a directory unless recursive. */
  remove(sandbox: string, request: RemoveFile, context: CallContext): Promise<void>;
  /** Throws `file_not_found`, `file_exists`. */
  move(sandbox: string, request: MoveFile, context: CallContext): Promise<void>;
  setPermissions(sandbox: string, request: SetPermissions, context: CallContext): Promise<void>;
  /** Literal text, each file atomically; files that fail are told and change nothing else. */
  replace(sandbox: string, request: ReplaceInFiles, context: CallContext): Promise<readonly ReplacedFile[]>;
  download(sandbox: string, path: string, context: CallContext): Promise<FileDownload>;
  /** Takes the whole content at the sandbox's pace; the file appears, or is replaced, when all of it is there. Parents are made. */
  upload(
    sandbox: string,
    target: UploadTarget,
    content: AsyncIterable<Uint8Array>,
    context: CallContext,
  ): Promise<UploadedFile>;
}
