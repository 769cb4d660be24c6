/** The options of which backend is used. Plain data: the relay checks its flags with it. */
import type { OwnerOption } from './owner-options.ts';

export const backendOptions = {
  backend: {
    flag: 'backend',
    variable: 'THAW_BACKEND',
    kind: 'choice',
    choices: ['embedded', 'remote', 'auto'],
    default: 'auto',
    help: 'where sandboxes are: on this machine, or behind a Daytona-compatible API; auto takes the API when there is a key for it',
  },
  apiUrl: {
    flag: 'api-url',
    variable: 'DAYTONA_API_URL',
    kind: 'text',
    default: null,
    shownDefault: 'https://app.daytona.io/api',
    help: 'address of the Daytona-compatible API',
  },
  apiKeyFile: {
    flag: 'api-key-file',
    variable: 'THAW_API_KEY_FILE',
    kind: 'text',
    default: null,
    shownDefault: 'DAYTONA_API_KEY, or DAYTONA_JWT_TOKEN with DAYTONA_ORGANIZATION_ID',
    help: 'file with the key of that API',
  },
} as const satisfies Record<string, OwnerOption>;
