/**
 * The operations of the Daytona API that concern sandboxes, snapshots and volumes, as facts: operation id, method and
 * path as its published OpenAPI documents list them under these three tags (daytona/clients on GitHub, Apache-2.0).
 */

/** The document of May 2026 (v0.171 to v0.179), which Thaw covers. */
export const apiOperations = {
  sandbox: {
    listSandboxes: 'GET /sandbox',
    createSandbox: 'POST /sandbox',
    listSandboxesPaginated: 'GET /sandbox/paginated',
    getSandboxesForRunner: 'GET /sandbox/for-runner',
    deleteSandbox: 'DELETE /sandbox/{sandboxIdOrName}',
    getSandbox: 'GET /sandbox/{sandboxIdOrName}',
    recoverSandbox: 'POST /sandbox/{sandboxIdOrName}/recover',
    startSandbox: 'POST /sandbox/{sandboxIdOrName}/start',
    stopSandbox: 'POST /sandbox/{sandboxIdOrName}/stop',
    resizeSandbox: 'POST /sandbox/{sandboxIdOrName}/resize',
    replaceLabels: 'PUT /sandbox/{sandboxIdOrName}/labels',
    updateSandboxState: 'PUT /sandbox/{sandboxId}/state',
    createBackup: 'POST /sandbox/{sandboxIdOrName}/backup',
    createSandboxSnapshot: 'POST /sandbox/{sandboxIdOrName}/snapshot',
    forkSandbox: 'POST /sandbox/{sandboxIdOrName}/fork',
    getSandboxForks: 'GET /sandbox/{sandboxIdOrName}/forks',
    getSandboxParent: 'GET /sandbox/{sandboxIdOrName}/parent',
    getSandboxAncestors: 'GET /sandbox/{sandboxIdOrName}/ancestors',
    updatePublicStatus: 'POST /sandbox/{sandboxIdOrName}/public/{isPublic}',
    updateLastActivity: 'POST /sandbox/{sandboxId}/last-activity',
    setAutostopInterval: 'POST /sandbox/{sandboxIdOrName}/autostop/{interval}',
    setAutoArchiveInterval: 'POST /sandbox/{sandboxIdOrName}/autoarchive/{interval}',
    setAutoDeleteInterval: 'POST /sandbox/{sandboxIdOrName}/autodelete/{interval}',
    updateNetworkSettings: 'POST /sandbox/{sandboxIdOrName}/network-settings',
    archiveSandbox: 'POST /sandbox/{sandboxIdOrName}/archive',
    getPortPreviewUrl: 'GET /sandbox/{sandboxIdOrName}/ports/{port}/preview-url',
    getSignedPortPreviewUrl: 'GET /sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url',
    expireSignedPortPreviewUrl:
      'POST /sandbox/{sandboxIdOrName}/ports/{port}/signed-preview-url/{token}/expire',
    getBuildLogs: 'GET /sandbox/{sandboxIdOrName}/build-logs',
    getBuildLogsUrl: 'GET /sandbox/{sandboxIdOrName}/build-logs-url',
    revokeSshAccess: 'DELETE /sandbox/{sandboxIdOrName}/ssh-access',
    createSshAccess: 'POST /sandbox/{sandboxIdOrName}/ssh-access',
    validateSshAccess: 'GET /sandbox/ssh-access/validate',
    getToolboxProxyUrl: 'GET /sandbox/{sandboxId}/toolbox-proxy-url',
    getOrganizationBySandboxId: 'GET /sandbox/{sandboxId}/organization',
    getRegionQuotaBySandboxId: 'GET /sandbox/{sandboxId}/region-quota',
    getSandboxLogs: 'GET /sandbox/{sandboxId}/telemetry/logs',
    getSandboxTraces: 'GET /sandbox/{sandboxId}/telemetry/traces',
    getSandboxTraceSpans: 'GET /sandbox/{sandboxId}/telemetry/traces/{traceId}',
    getSandboxMetrics: 'GET /sandbox/{sandboxId}/telemetry/metrics',
  },
  snapshots: {
    getAllSnapshots: 'GET /snapshots',
    createSnapshot: 'POST /snapshots',
    removeSnapshot: 'DELETE /snapshots/{id}',
    getSnapshot: 'GET /snapshots/{id}',
    getSnapshotBuildLogs: 'GET /snapshots/{id}/build-logs',
    getSnapshotBuildLogsUrl: 'GET /snapshots/{id}/build-logs-url',
    activateSnapshot: 'POST /snapshots/{id}/activate',
    deactivateSnapshot: 'POST /snapshots/{id}/deactivate',
  },
  volumes: {
    listVolumes: 'GET /volumes',
    createVolume: 'POST /volumes',
    deleteVolume: 'DELETE /volumes/{volumeId}',
    getVolume: 'GET /volumes/{volumeId}',
    getVolumeByName: 'GET /volumes/by-name/{name}',
  },
} as const;

/** What the document of v0.205.1 has beyond that one. */
export const laterApiOperations = {
  sandbox: {
    pauseSandbox: 'POST /sandbox/{sandboxIdOrName}/pause',
    getSandboxSigningKey: 'GET /sandbox/{sandboxId}/signing-key',
    rotateSigningKey: 'POST /sandbox/{sandboxId}/signing-key/rotate',
    setAutoPauseInterval: 'POST /sandbox/{sandboxIdOrName}/autopause/{interval}',
    setTtl: 'POST /sandbox/{sandboxIdOrName}/ttl/{ttlMinutes}',
    updateSandboxSecrets: 'PUT /sandbox/{sandboxIdOrName}/secrets',
    resolveSandboxSecrets: 'GET /sandbox/{sandboxId}/secrets',
  },
} as const;

export type OperationId =
  | keyof (typeof apiOperations)['sandbox']
  | keyof (typeof apiOperations)['snapshots']
  | keyof (typeof apiOperations)['volumes']
  | keyof (typeof laterApiOperations)['sandbox'];
