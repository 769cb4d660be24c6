/** Every tool, in the order in which clients see them. */
import type { Tool } from './define-tool.ts';
import sandboxCreate from './sandbox-create.ts';
import sandboxDelete from './sandbox-delete.ts';
import sandboxExec from './sandbox-exec.ts';
import sandboxGet from './sandbox-get.ts';
import sandboxList from './sandbox-list.ts';
import sandboxListFiles from './sandbox-list-files.ts';
import sandboxReadFile from './sandbox-read-file.ts';
import sandboxStart from './sandbox-start.ts';
import sandboxStop from './sandbox-stop.ts';
import sandboxWriteFile from './sandbox-write-file.ts';

export const tools: readonly Tool[] = [
  sandboxCreate,
  sandboxList,
  sandboxGet,
  sandboxStart,
  sandboxStop,
  sandboxDelete,
  sandboxExec,
  sandboxReadFile,
  sandboxWriteFile,
  sandboxListFiles,
];
