/** Every tool, in the order in which clients see them. */
import type { Tool } from './define-tool.ts';
import sandboxAncestors from './sandbox-ancestors.ts';
import sandboxArchive from './sandbox-archive.ts';
import sandboxBackup from './sandbox-backup.ts';
import sandboxBuildLogs from './sandbox-build-logs.ts';
import sandboxBuildLogsUrl from './sandbox-build-logs-url.ts';
import sandboxCreate from './sandbox-create.ts';
import sandboxCreateSsh from './sandbox-create-ssh.ts';
import sandboxDelete from './sandbox-delete.ts';
import sandboxDiff from './sandbox-diff.ts';
import sandboxDownload from './sandbox-download.ts';
import sandboxEditFile from './sandbox-edit-file.ts';
import sandboxExec from './sandbox-exec.ts';
import sandboxExecInput from './sandbox-exec-input.ts';
import sandboxExecList from './sandbox-exec-list.ts';
import sandboxExecOutput from './sandbox-exec-output.ts';
import sandboxExecStop from './sandbox-exec-stop.ts';
import sandboxExpirePreviewUrl from './sandbox-expire-preview-url.ts';
import sandboxFind from './sandbox-find.ts';
import sandboxFork from './sandbox-fork.ts';
import sandboxForks from './sandbox-forks.ts';
import sandboxGet from './sandbox-get.ts';
import sandboxGitClone from './sandbox-git-clone.ts';
import sandboxList from './sandbox-list.ts';
import sandboxListFiles from './sandbox-list-files.ts';
import sandboxNetworkLog from './sandbox-network-log.ts';
import sandboxParent from './sandbox-parent.ts';
import sandboxPause from './sandbox-pause.ts';
import sandboxPorts from './sandbox-ports.ts';
import sandboxPreviewUrl from './sandbox-preview-url.ts';
import sandboxReadFile from './sandbox-read-file.ts';
import sandboxRecover from './sandbox-recover.ts';
import sandboxResize from './sandbox-resize.ts';
import sandboxResume from './sandbox-resume.ts';
import sandboxRevokeSsh from './sandbox-revoke-ssh.ts';
import sandboxRunCode from './sandbox-run-code.ts';
import sandboxSetAutoarchive from './sandbox-set-autoarchive.ts';
import sandboxSetAutodelete from './sandbox-set-autodelete.ts';
import sandboxSetAutostop from './sandbox-set-autostop.ts';
import sandboxSetLabels from './sandbox-set-labels.ts';
import sandboxSetNetwork from './sandbox-set-network.ts';
import sandboxSetPublic from './sandbox-set-public.ts';
import sandboxSetTtl from './sandbox-set-ttl.ts';
import sandboxSignedPreviewUrl from './sandbox-signed-preview-url.ts';
import sandboxSnapshot from './sandbox-snapshot.ts';
import sandboxStart from './sandbox-start.ts';
import sandboxStop from './sandbox-stop.ts';
import sandboxTouch from './sandbox-touch.ts';
import sandboxUpload from './sandbox-upload.ts';
import sandboxValidateSsh from './sandbox-validate-ssh.ts';
import sandboxWriteFile from './sandbox-write-file.ts';
import snapshotActivate from './snapshot-activate.ts';
import snapshotBuildLogs from './snapshot-build-logs.ts';
import snapshotBuildLogsUrl from './snapshot-build-logs-url.ts';
import snapshotCreate from './snapshot-create.ts';
import snapshotDeactivate from './snapshot-deactivate.ts';
import snapshotDelete from './snapshot-delete.ts';
import snapshotGet from './snapshot-get.ts';
import snapshotList from './snapshot-list.ts';
import volumeCreate from './volume-create.ts';
import volumeDelete from './volume-delete.ts';
import volumeGet from './volume-get.ts';
import volumeList from './volume-list.ts';

export const tools: readonly Tool[] = [
  sandboxCreate,
  sandboxList,
  sandboxGet,
  sandboxStart,
  sandboxStop,
  sandboxDelete,
  sandboxPause,
  sandboxResume,
  sandboxRecover,
  sandboxResize,
  sandboxSetLabels,
  sandboxSetPublic,
  sandboxSetNetwork,
  sandboxNetworkLog,
  sandboxTouch,
  sandboxSetAutostop,
  sandboxSetAutoarchive,
  sandboxSetAutodelete,
  sandboxSetTtl,
  sandboxFork,
  sandboxForks,
  sandboxParent,
  sandboxAncestors,
  sandboxBackup,
  sandboxArchive,
  sandboxSnapshot,
  sandboxBuildLogs,
  sandboxBuildLogsUrl,
  snapshotCreate,
  snapshotList,
  snapshotGet,
  snapshotActivate,
  snapshotDeactivate,
  snapshotBuildLogs,
  snapshotBuildLogsUrl,
  snapshotDelete,
  volumeCreate,
  volumeList,
  volumeGet,
  volumeDelete,
  sandboxExec,
  sandboxExecOutput,
  sandboxExecInput,
  sandboxExecStop,
  sandboxExecList,
  sandboxRunCode,
  sandboxReadFile,
  sandboxWriteFile,
  sandboxEditFile,
  sandboxListFiles,
  sandboxFind,
  sandboxDiff,
  sandboxUpload,
  sandboxDownload,
  sandboxGitClone,
  sandboxPreviewUrl,
  sandboxSignedPreviewUrl,
  sandboxExpirePreviewUrl,
  sandboxPorts,
  sandboxCreateSsh,
  sandboxRevokeSsh,
  sandboxValidateSsh,
];
