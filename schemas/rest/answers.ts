/** Answers of the REST surface. What the API leaves out of some answers is optional here; null is where it answers null. */
import { z } from 'zod';
import { Sandbox } from '../sandbox.ts';
import { SshAccess } from '../ssh.ts';
import { Timestamp } from '../timestamp.ts';
import { Volume } from '../volumes.ts';
import { apiPermissions } from './requests.ts';

/** Null on a read, absent right after a create. */
const { networkAllowList, domainAllowList } = Sandbox.shape;

export const ApiSandbox = Sandbox.extend({
  networkAllowList,
  domainAllowList,
  errorReason: z.string().nullable().optional(),
  outboundProxyUrl: z.string().optional(),
  otelEndpointOverride: z.string().optional(),
  spotEvictedAt: Timestamp.optional(),
  warmPoolId: z.string().optional(),
  backupCreatedAt: Timestamp.optional(),
  autoDestroyAt: Timestamp.optional(),
  linkedSandboxId: z.string().optional(),
  queueTimeout: z.number().optional(),
  queueTimedOutAt: Timestamp.optional(),
});
export type ApiSandbox = z.infer<typeof ApiSandbox>;

export const ApiSandboxListItem = ApiSandbox.omit({
  env: true,
  volumes: true,
  buildInfo: true,
  linkedSandboxId: true,
  backupCreatedAt: true,
  outboundProxyUrl: true,
  otelEndpointOverride: true,
});
export type ApiSandboxListItem = z.infer<typeof ApiSandboxListItem>;

export const ApiSandboxPage = z.object({
  items: z.array(ApiSandboxListItem),
  nextCursor: z.string().nullable(),
});
const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({
    items: z.array(item),
    total: z.number().int(),
    page: z.number().int(),
    totalPages: z.number().int(),
  });
export const ApiPaginatedSandboxes = pageOf(ApiSandbox);

export const ApiPortPreviewUrl = z.object({ sandboxId: z.string(), url: z.string(), token: z.string() });
export const ApiSignedPortPreviewUrl = ApiPortPreviewUrl.extend({ port: z.number().int() });
export const ApiUrl = z.object({ url: z.string() });
export const ApiSshAccess = SshAccess.omit({ sshConfig: true });
export const ApiSshAccessValidation = z.object({
  valid: z.boolean(),
  sandboxId: z.string().describe('empty when it is not valid'),
});

export const ApiSnapshot = z.object({
  id: z.string(),
  organizationId: z.string().optional(),
  general: z.boolean(),
  name: z.string(),
  imageName: z.string().optional(),
  state: z.enum([
    'building',
    'pending',
    'pulling',
    'snapshotting',
    'active',
    'inactive',
    'error',
    'build_failed',
    'removing',
  ]),
  size: z.number().nullable(),
  entrypoint: z.array(z.string()).nullable(),
  cpu: z.number(),
  gpu: z.number(),
  mem: z.number(),
  disk: z.number(),
  errorReason: z.string().nullable(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  lastUsedAt: Timestamp.nullable(),
  sourceSandboxId: z.string().nullable(),
  regionIds: z.array(z.string()).optional(),
  sandboxClass: Sandbox.shape.sandboxClass.optional(),
});
export type ApiSnapshot = z.infer<typeof ApiSnapshot>;
export const ApiPaginatedSnapshots = pageOf(ApiSnapshot);

export const ApiVolume = Volume;

export const ApiWarmPool = z.object({
  id: z.string(),
  organizationId: z.string(),
  snapshot: z.string(),
  target: z.string(),
  pool: z.number().int(),
  currentSize: z.number().int(),
  cpu: z.number(),
  mem: z.number(),
  disk: z.number(),
  osUser: z.string(),
  env: z.record(z.string(), z.string()),
  errorReason: z.string().nullable().optional(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
});
export type ApiWarmPool = z.infer<typeof ApiWarmPool>;

export const ApiRegion = z.object({
  id: z.string(),
  name: z.string(),
  organizationId: z.string().nullable(),
  regionType: z.enum(['shared', 'dedicated', 'custom']),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  proxyUrl: z.string().nullable(),
  sshGatewayUrl: z.string().nullable(),
  snapshotManagerUrl: z.string().nullable(),
  otelEndpoint: z.string().nullable(),
});

const keyFields = {
  name: z.string(),
  value: z.string(),
  createdAt: Timestamp,
  permissions: z.array(z.enum(apiPermissions)),
  expiresAt: Timestamp.nullable(),
};
export const ApiKeyResponse = z.object(keyFields);
export const ApiKeyList = z.object({
  ...keyFields,
  lastUsedAt: Timestamp.nullable(),
  userId: z.string(),
});

export const ApiConfiguration = z.object({
  version: z.string(),
  oidc: z.object({ issuer: z.string(), clientId: z.string(), audience: z.string() }),
  linkedAccountsEnabled: z.boolean(),
  announcements: z.record(z.string(), z.object({ text: z.string(), learnMoreUrl: z.string().optional() })),
  proxyTemplateUrl: z.string(),
  proxyToolboxUrl: z.string(),
  defaultSnapshot: z.string(),
  dashboardUrl: z.string(),
  maxAutoArchiveInterval: z.number(),
  maintananceMode: z.boolean().describe('spelled as in the API'),
  environment: z.string(),
  sshGatewayCommand: z.string().optional(),
});

export const ApiHealth = z.object({ status: z.string() });

export const ApiStorageAccess = z.object({
  accessKey: z.string(),
  secret: z.string(),
  sessionToken: z.string(),
  storageUrl: z.string(),
  organizationId: z.string(),
  bucket: z.string(),
  region: z.string(),
});

/** Every error of the API has this form. */
export const ApiError = z.object({
  path: z.string(),
  timestamp: Timestamp,
  statusCode: z.number().int(),
  error: z.string(),
  message: z.string(),
});
