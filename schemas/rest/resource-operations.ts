/** The operations on everything but sandboxes that REST serves, by the operation ids of the API's document. */
import { z } from 'zod';
import { apiOperations } from '../api-operations.ts';
import {
  ApiConfiguration,
  ApiHealth,
  ApiKeyList,
  ApiKeyResponse,
  ApiPaginatedSnapshots,
  ApiRegion,
  ApiSnapshot,
  ApiStorageAccess,
  ApiUrl,
  ApiVolume,
  ApiWarmPool,
} from './answers.ts';
import { operation } from './operation.ts';
import { FollowQuery, SnapshotsQuery, VolumesQuery } from './queries.ts';
import {
  ApiCreateApiKey,
  ApiCreateSnapshot,
  ApiCreateVolume,
  ApiCreateWarmPool,
  ApiUpdateWarmPool,
} from './requests.ts';

const { snapshots: snapshotRoutes, volumes: volumeRoutes } = apiOperations;

const snapshot = (id: keyof typeof snapshotRoutes, summary: string) =>
  ({ route: snapshotRoutes[id], tag: 'snapshots', summary, status: 200 }) as const;
const volume = (id: keyof typeof volumeRoutes, summary: string) =>
  ({ route: volumeRoutes[id], tag: 'volumes', summary, status: 200 }) as const;
const other = <const Tag extends string>(tag: Tag, route: string, summary: string) =>
  ({ route, tag, summary, status: 200 }) as const;

const [read, write, remove] = ['read:volumes', 'write:volumes', 'delete:volumes'] as const;

export const resourceOperations = {
  getAllSnapshots: operation({
    ...snapshot('getAllSnapshots', 'List snapshots'),
    query: SnapshotsQuery,
    answer: ApiPaginatedSnapshots,
  }),
  createSnapshot: operation({
    ...snapshot('createSnapshot', 'Make a snapshot of an image or a Dockerfile'),
    body: ApiCreateSnapshot,
    answer: ApiSnapshot,
    permission: 'write:snapshots',
  }),
  getSnapshot: operation({ ...snapshot('getSnapshot', 'Get a snapshot by id or name'), answer: ApiSnapshot }),
  removeSnapshot: operation({
    ...snapshot('removeSnapshot', 'Delete a snapshot'),
    answer: null,
    permission: 'delete:snapshots',
  }),
  getSnapshotBuildLogs: operation({
    ...snapshot('getSnapshotBuildLogs', 'What its build printed'),
    query: FollowQuery,
    answer: 'text',
  }),
  getSnapshotBuildLogsUrl: operation({
    ...snapshot('getSnapshotBuildLogsUrl', 'Where what its build printed can be read'),
    answer: ApiUrl,
  }),
  activateSnapshot: operation({
    ...snapshot('activateSnapshot', 'Let sandboxes be made of it again'),
    answer: ApiSnapshot,
    permission: 'write:snapshots',
  }),
  deactivateSnapshot: operation({
    ...snapshot('deactivateSnapshot', 'Let no more sandboxes be made of it'),
    status: 204,
    answer: null,
    permission: 'write:snapshots',
  }),
  listVolumes: operation({
    ...volume('listVolumes', 'List volumes'),
    query: VolumesQuery,
    answer: z.array(ApiVolume),
    permission: read,
  }),
  createVolume: operation({
    ...volume('createVolume', 'Make a volume'),
    body: ApiCreateVolume,
    answer: ApiVolume,
    permission: write,
  }),
  getVolume: operation({ ...volume('getVolume', 'Get a volume'), answer: ApiVolume, permission: read }),
  getVolumeByName: operation({
    ...volume('getVolumeByName', 'Get a volume by its name'),
    answer: ApiVolume,
    permission: read,
  }),
  deleteVolume: operation({
    ...volume('deleteVolume', 'Delete a volume with its files'),
    answer: null,
    permission: remove,
  }),
  listApiKeys: operation({
    ...other('api-keys', 'GET /api-keys', 'List API keys'),
    answer: z.array(ApiKeyList),
  }),
  createApiKey: operation({
    ...other('api-keys', 'POST /api-keys', 'Make an API key, which is shown only now'),
    body: ApiCreateApiKey,
    status: 201,
    answer: ApiKeyResponse,
  }),
  getCurrentApiKey: operation({
    ...other('api-keys', 'GET /api-keys/current', 'Get the key of this request'),
    answer: ApiKeyList,
  }),
  getApiKey: operation({
    ...other('api-keys', 'GET /api-keys/{name}', 'Get an API key'),
    answer: ApiKeyList,
  }),
  deleteApiKey: operation({
    ...other('api-keys', 'DELETE /api-keys/{name}', 'Revoke an API key'),
    status: 204,
    answer: null,
  }),
  listAvailableRegions: operation({
    ...other('organizations', 'GET /regions', 'List the one region'),
    answer: z.array(ApiRegion),
  }),
  getRegionById: operation({
    ...other('organizations', 'GET /regions/{id}', 'Get a region'),
    answer: ApiRegion,
  }),
  listSharedRegions: operation({
    ...other('regions', 'GET /shared-regions', 'List the one region'),
    answer: z.array(ApiRegion),
  }),
  ConfigController_getConfig: operation({
    ...other('config', 'GET /config', 'What clients need to know of this server'),
    answer: ApiConfiguration,
    open: true,
  }),
  HealthController_live: operation({
    ...other('Health', 'GET /health', 'Whether the server is there'),
    answer: ApiHealth,
    open: true,
  }),
  HealthController_check: operation({
    ...other('Health', 'GET /health/ready', 'Whether the engine is there, too'),
    answer: ApiHealth,
  }),
  getPushAccess: operation({
    ...other('object-storage', 'GET /object-storage/push-access', 'Not served: there is no object storage'),
    answer: ApiStorageAccess,
    permission: 'write:snapshots',
  }),
  listWarmPools: operation({
    ...other('warm-pools', 'GET /warm-pools', 'List the pools of parked sandboxes'),
    answer: z.array(ApiWarmPool),
  }),
  createWarmPool: operation({
    ...other('warm-pools', 'POST /warm-pools', 'Keep sandboxes of a snapshot ready'),
    body: ApiCreateWarmPool,
    status: 201,
    answer: ApiWarmPool,
    permission: 'write:sandboxes',
  }),
  updateWarmPool: operation({
    ...other('warm-pools', 'PATCH /warm-pools/{id}', 'Change how many are kept ready'),
    body: ApiUpdateWarmPool,
    answer: ApiWarmPool,
    permission: 'write:sandboxes',
  }),
  deleteWarmPool: operation({
    ...other('warm-pools', 'DELETE /warm-pools/{id}', 'Keep none ready any more'),
    status: 204,
    answer: null,
    permission: 'delete:sandboxes',
  }),
};
