/** The operations on sandboxes that REST serves, by the operation ids of the API's document. */
import { z } from 'zod';
import { apiOperations, laterApiOperations } from '../api-operations.ts';
import {
  ApiPaginatedSandboxes,
  ApiPortPreviewUrl,
  ApiSandbox,
  ApiSandboxPage,
  ApiSignedPortPreviewUrl,
  ApiSshAccess,
  ApiSshAccessValidation,
  ApiUrl,
} from './answers.ts';
import { EmptyBody } from './common.ts';
import { operation } from './operation.ts';
import * as queries from './queries.ts';
import * as requests from './requests.ts';

const routes = { ...apiOperations.sandbox, ...laterApiOperations.sandbox };

const sandbox = <const Rest extends Partial<Parameters<typeof operation>[0]>>(
  id: keyof typeof routes,
  summary: string,
  rest: Rest,
) => ({ route: routes[id], tag: 'sandbox', summary, ...rest });

const write = 'write:sandboxes';
/** Most of them answer the sandbox as it is then. */
const answers = { status: 200, answer: ApiSandbox } as const;
/** These answer 201 in the API, whatever its document says. */
const created = { status: 201, answer: ApiSandbox, permission: write } as const;
const changes = { ...answers, permission: write } as const;
const ListAnswer = z.union([ApiSandboxPage, z.array(ApiSandbox)]);
const Family = z.array(ApiSandbox);

export const sandboxOperations = {
  createSandbox: operation({
    ...sandbox('createSandbox', 'Create a sandbox; it runs when the answer comes', changes),
    body: requests.ApiCreateSandbox,
  }),
  listSandboxes: operation({
    ...sandbox('listSandboxes', 'List sandboxes by cursor; as an array with `verbose`', {}),
    query: queries.ListSandboxesQuery,
    status: 200,
    answer: ListAnswer,
  }),
  listSandboxesPaginated: operation({
    ...sandbox('listSandboxesPaginated', 'List sandboxes by page', {}),
    query: queries.PaginatedSandboxesQuery,
    status: 200,
    answer: ApiPaginatedSandboxes,
  }),
  getSandbox: operation({
    ...sandbox('getSandbox', 'Get a sandbox', answers),
    query: queries.VerboseQuery,
  }),
  deleteSandbox: operation({
    ...sandbox('deleteSandbox', 'Delete a sandbox, in every state', answers),
    permission: 'delete:sandboxes',
  }),
  startSandbox: operation({ ...sandbox('startSandbox', 'Start, resume or restore a sandbox', changes) }),
  stopSandbox: operation({
    ...sandbox('stopSandbox', 'Stop a sandbox', changes),
    query: queries.StopQuery,
  }),
  pauseSandbox: operation({ ...sandbox('pauseSandbox', 'Freeze a sandbox', changes) }),
  recoverSandbox: operation({
    ...sandbox('recoverSandbox', 'Bring a sandbox back from an error', changes),
    query: queries.RecoverQuery,
  }),
  resizeSandbox: operation({
    ...sandbox('resizeSandbox', 'Change cores and memory', changes),
    body: requests.ApiResizeSandbox,
  }),
  archiveSandbox: operation({ ...sandbox('archiveSandbox', 'Move a stopped sandbox to the store', changes) }),
  createBackup: operation({ ...sandbox('createBackup', 'Back the files of a sandbox up', created) }),
  createSandboxSnapshot: operation({
    ...sandbox('createSandboxSnapshot', 'Make a snapshot of a sandbox', changes),
    body: requests.ApiCreateSandboxSnapshot,
  }),
  forkSandbox: operation({
    ...sandbox('forkSandbox', 'Fork a sandbox', changes),
    body: requests.ApiForkSandbox,
  }),
  getSandboxForks: operation({
    ...sandbox('getSandboxForks', 'List the forks of a sandbox', {}),
    query: queries.ForksQuery,
    status: 200,
    answer: Family,
  }),
  getSandboxParent: operation({ ...sandbox('getSandboxParent', 'Get what it was forked from', answers) }),
  getSandboxAncestors: operation({
    ...sandbox('getSandboxAncestors', 'List what it descends from, the oldest first', {}),
    status: 200,
    answer: Family,
  }),
  replaceLabels: operation({
    ...sandbox('replaceLabels', 'Replace all labels', changes),
    body: requests.ApiSandboxLabels,
  }),
  updatePublicStatus: operation({ ...sandbox('updatePublicStatus', 'Open or close previews', created) }),
  setAutostopInterval: operation({
    ...sandbox('setAutostopInterval', 'Minutes idle until it is stopped; 0 never', created),
  }),
  setAutoArchiveInterval: operation({
    ...sandbox('setAutoArchiveInterval', 'Minutes stopped until it is archived', created),
  }),
  setAutoDeleteInterval: operation({
    ...sandbox('setAutoDeleteInterval', 'Minutes stopped until it is deleted; negative never', created),
  }),
  setAutoPauseInterval: operation({
    ...sandbox('setAutoPauseInterval', 'Only 0 (never) is served', changes),
  }),
  setTtl: operation({ ...sandbox('setTtl', 'Minutes until it is deleted; 0 never', changes) }),
  updateNetworkSettings: operation({
    ...sandbox('updateNetworkSettings', 'Choose which hosts it may reach', changes),
    body: requests.ApiNetworkSettings,
  }),
  updateLastActivity: operation({
    ...sandbox('updateLastActivity', 'Note that it is in use', {}),
    body: requests.ApiUpdateLastActivity,
    status: 201,
    answer: null,
    permission: write,
  }),
  updateSandboxSecrets: operation({
    ...sandbox('updateSandboxSecrets', 'Not served: there is no vault of secrets', changes),
    body: requests.ApiUpdateSecrets,
  }),
  getPortPreviewUrl: operation({
    ...sandbox('getPortPreviewUrl', 'Address and token of a port', {}),
    status: 200,
    answer: ApiPortPreviewUrl,
  }),
  getSignedPortPreviewUrl: operation({
    ...sandbox('getSignedPortPreviewUrl', 'Address of a port that opens without a token', {}),
    query: queries.SignedUrlQuery,
    status: 200,
    answer: ApiSignedPortPreviewUrl,
  }),
  expireSignedPortPreviewUrl: operation({
    ...sandbox('expireSignedPortPreviewUrl', 'End such an address early', {}),
    status: 201,
    answer: null,
    permission: write,
  }),
  getBuildLogs: operation({
    ...sandbox('getBuildLogs', 'What its build printed', {}),
    query: queries.FollowQuery,
    status: 200,
    answer: 'text',
  }),
  getBuildLogsUrl: operation({
    ...sandbox('getBuildLogsUrl', 'Where what its build printed can be read', {}),
    status: 200,
    answer: ApiUrl,
  }),
  createSshAccess: operation({
    ...sandbox('createSshAccess', 'Make a token for SSH', {}),
    query: queries.SshQuery,
    status: 200,
    answer: ApiSshAccess,
    permission: write,
  }),
  revokeSshAccess: operation({
    ...sandbox('revokeSshAccess', 'Revoke a token for SSH, or all of them', changes),
    query: queries.RevokeSshQuery,
  }),
  validateSshAccess: operation({
    ...sandbox('validateSshAccess', 'Whether a token opens one of the sandboxes', {}),
    query: queries.ValidateSshQuery,
    status: 200,
    answer: ApiSshAccessValidation,
  }),
  getToolboxProxyUrl: operation({
    ...sandbox('getToolboxProxyUrl', 'Where the toolbox of a sandbox is served', {}),
    status: 200,
    answer: ApiUrl,
  }),
  getSandboxSigningKey: operation({
    ...sandbox('getSandboxSigningKey', 'The key that file URLs are signed with', {}),
    status: 200,
    answer: z.string(),
    permission: write,
  }),
  rotateSigningKey: operation({
    ...sandbox('rotateSigningKey', 'Make all signed file URLs invalid', {}),
    status: 200,
    answer: z.string(),
    permission: write,
  }),
  getSandboxLogs: operation({
    ...sandbox('getSandboxLogs', 'Not served: no telemetry is collected', {}),
    query: queries.TelemetryQuery,
    status: 200,
    answer: EmptyBody,
  }),
  getSandboxTraces: operation({
    ...sandbox('getSandboxTraces', 'Not served: no telemetry is collected', {}),
    query: queries.TelemetryQuery,
    status: 200,
    answer: EmptyBody,
  }),
  getSandboxTraceSpans: operation({
    ...sandbox('getSandboxTraceSpans', 'Not served: no telemetry is collected', {}),
    status: 200,
    answer: EmptyBody,
  }),
  getSandboxMetrics: operation({
    ...sandbox('getSandboxMetrics', 'Not served: no telemetry is collected', {}),
    query: queries.TelemetryQuery,
    status: 200,
    answer: EmptyBody,
  }),
};
