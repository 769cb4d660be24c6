/** What this server tells of itself: its settings, its one region, its health. */
import { MAX_ARCHIVE_MINUTES } from '../../../schemas/settings.ts';
import { toThawError } from '../../errors.ts';
import { version } from '../../version.ts';
import { ApiFailure } from '../failure.ts';
import type { Handlers } from '../handler.ts';
import { REGION } from '../parameters.ts';
import type { ServerFacts } from '../to-answers.ts';

type Ids =
  | 'ConfigController_getConfig'
  | 'HealthController_live'
  | 'HealthController_check'
  | 'listAvailableRegions'
  | 'listSharedRegions'
  | 'getRegionById'
  | 'getPushAccess';

export interface ServerOptions extends ServerFacts {
  readonly defaultSnapshot: string;
  /** With `{{PORT}}` and `{{sandboxId}}`; empty while no previews are served. */
  readonly previewTemplate: () => string;
}

export function serverHandlers(options: ServerOptions): Handlers<Ids> {
  const { url, startedAt, defaultSnapshot, previewTemplate } = options;
  const region = {
    id: REGION,
    name: REGION,
    organizationId: null,
    regionType: 'shared',
    createdAt: startedAt,
    updatedAt: startedAt,
    proxyUrl: null,
    sshGatewayUrl: null,
    snapshotManagerUrl: null,
    otelEndpoint: null,
  } as const;
  return {
    ConfigController_getConfig: async () => ({
      version: `v${version}`,
      oidc: { issuer: '', clientId: '', audience: '' },
      linkedAccountsEnabled: false,
      announcements: {},
      proxyTemplateUrl: previewTemplate(),
      proxyToolboxUrl: `${url()}/toolbox`,
      defaultSnapshot,
      dashboardUrl: url(),
      maxAutoArchiveInterval: MAX_ARCHIVE_MINUTES,
      maintananceMode: false,
      environment: 'thaw',
    }),
    HealthController_live: async () => ({ status: 'ok' }),
    async HealthController_check({ group }) {
      try {
        await group('lifecycle');
      } catch (error) {
        const { message, code } = toThawError(error);
        throw new ApiFailure(503, message, { code, cause: error });
      }
      return { status: 'ok' };
    },
    listAvailableRegions: async () => [region],
    listSharedRegions: async () => [region],
    async getRegionById({ params }) {
      if (params['id'] === REGION) return region;
      throw new ApiFailure(404, 'Region not found');
    },
    async getPushAccess() {
      throw new ApiFailure(503, 'Object storage is not configured', {
        next: 'Put the files of an image into its Dockerfile (COPY <<EOF), or upload them to a running sandbox.',
      });
    },
  };
}
