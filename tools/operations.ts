/**
 * Which tool stands for which operation of the API. A tool that lands replaces the `notServed` of its operation here;
 * `test/architecture/operations.test.ts` holds this table to the tools that exist.
 */
import type { OperationId } from '../schemas/api-operations.ts';

/** What becomes of an operation: a tool, or why there is none. */
export type Service =
  | { readonly kind: 'tool'; readonly tool: string }
  /** Of use to programs only, which call it over REST. */
  | { readonly kind: 'REST only'; readonly reason: string }
  /** Only the API's own machinery calls it, so no user of a sandbox misses it. */
  | { readonly kind: 'internal'; readonly reason: string }
  | { readonly kind: 'not served'; readonly reason: string };

const tool = (name: string): Service => ({ kind: 'tool', tool: name });
const internal = (caller: string, reason: string): Service => ({
  kind: 'internal',
  reason: `${caller} only: ${reason}`,
});
const restOnly = (reason: string): Service => ({ kind: 'REST only', reason });
const notServed = (area: keyof typeof areas): Service => ({ kind: 'not served', reason: areas[area] });

/** Why something is not served. */
const areas = {
  autopause:
    'sandbox_set_autostop frees what an idle sandbox holds; an interval for pausing is not there yet',
  secrets: 'a vault of secrets is not there; pass them as env',
  telemetry: 'traces and metrics are not collected',
} as const;

export const operationServices: Readonly<Record<OperationId, Service>> = {
  listSandboxes: tool('sandbox_list'),
  createSandbox: tool('sandbox_create'),
  listSandboxesPaginated: tool('sandbox_list'),
  getSandboxesForRunner: internal('runners', 'the engine knows its sandboxes itself'),
  getSandbox: tool('sandbox_get'),
  deleteSandbox: tool('sandbox_delete'),
  recoverSandbox: tool('sandbox_recover'),
  startSandbox: tool('sandbox_start'),
  stopSandbox: tool('sandbox_stop'),
  pauseSandbox: tool('sandbox_pause'),
  resizeSandbox: tool('sandbox_resize'),
  replaceLabels: tool('sandbox_set_labels'),
  updateSandboxState: internal('runners', 'the engine writes states itself'),
  createBackup: tool('sandbox_backup'),
  createSandboxSnapshot: tool('sandbox_snapshot'),
  forkSandbox: tool('sandbox_fork'),
  getSandboxForks: tool('sandbox_forks'),
  getSandboxParent: tool('sandbox_parent'),
  getSandboxAncestors: tool('sandbox_ancestors'),
  updatePublicStatus: tool('sandbox_set_public'),
  updateLastActivity: tool('sandbox_touch'),
  setAutostopInterval: tool('sandbox_set_autostop'),
  setAutoPauseInterval: notServed('autopause'),
  setTtl: tool('sandbox_set_ttl'),
  setAutoArchiveInterval: tool('sandbox_set_autoarchive'),
  setAutoDeleteInterval: tool('sandbox_set_autodelete'),
  archiveSandbox: tool('sandbox_archive'),
  getPortPreviewUrl: tool('sandbox_preview_url'),
  getSignedPortPreviewUrl: tool('sandbox_signed_preview_url'),
  expireSignedPortPreviewUrl: tool('sandbox_expire_preview_url'),
  updateNetworkSettings: tool('sandbox_set_network'),
  getBuildLogs: tool('sandbox_build_logs'),
  getBuildLogsUrl: tool('sandbox_build_logs_url'),
  createSshAccess: tool('sandbox_create_ssh'),
  revokeSshAccess: tool('sandbox_revoke_ssh'),
  validateSshAccess: tool('sandbox_validate_ssh'),
  getToolboxProxyUrl: restOnly('tools reach the toolbox by themselves'),
  getOrganizationBySandboxId: internal('proxies', 'an owner has one organization'),
  getRegionQuotaBySandboxId: internal('proxies', 'an owner has one region, bounded by --max-sandboxes'),
  getSandboxSigningKey: restOnly('programs sign URLs of files with it'),
  rotateSigningKey: restOnly('ends the URLs that were signed before'),
  updateSandboxSecrets: notServed('secrets'),
  resolveSandboxSecrets: internal('runners', 'no tool ever answers the value of a secret'),
  getSandboxLogs: notServed('telemetry'),
  getSandboxTraces: notServed('telemetry'),
  getSandboxTraceSpans: notServed('telemetry'),
  getSandboxMetrics: notServed('telemetry'),
  createSnapshot: tool('snapshot_create'),
  getAllSnapshots: tool('snapshot_list'),
  getSnapshot: tool('snapshot_get'),
  removeSnapshot: tool('snapshot_delete'),
  getSnapshotBuildLogs: tool('snapshot_build_logs'),
  getSnapshotBuildLogsUrl: tool('snapshot_build_logs_url'),
  activateSnapshot: tool('snapshot_activate'),
  deactivateSnapshot: tool('snapshot_deactivate'),
  listVolumes: tool('volume_list'),
  createVolume: tool('volume_create'),
  getVolume: tool('volume_get'),
  deleteVolume: tool('volume_delete'),
  getVolumeByName: tool('volume_get'),
};

/** Tools that no operation under those three tags stands behind, and why they are there. */
export const ownTools: Readonly<Record<string, string>> = {
  sandbox_network_log: 'Tells an agent why a download failed; the API only takes policies.',
  sandbox_resume: 'The API resumes with startSandbox, which sandbox_start does too.',
  sandbox_upload: 'The toolbox takes uploads over HTTP.',
  sandbox_download: 'The toolbox answers downloads over HTTP.',
  sandbox_git_clone: 'The toolbox clones with an operation of its own.',
  sandbox_find: 'The toolbox finds names and lines in operations of its own.',
  sandbox_diff: 'The API has no comparison of files.',
  sandbox_ports: 'The toolbox lists the ports in use.',
  sandbox_run_code: 'The toolbox runs code in interpreter contexts.',
};
