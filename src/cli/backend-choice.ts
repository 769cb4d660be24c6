/** The choice of the backend for a command: its flags, the environment, and what is shown of it. */
import { readFileSync } from 'node:fs';
import { type BackendChoice, BackendChoiceError, chooseBackend } from '../backend/choose.ts';
import { backendOptions } from '../control/backend-options.ts';
import { type FlagSpec, type Flags, UsageError } from './command.ts';
import type { ProcessHost } from './host.ts';

export const backendFlags: Readonly<Record<string, FlagSpec>> = {
  backend: { type: 'string', values: backendOptions.backend.choices },
  'api-url': { type: 'string' },
  'api-key-file': { type: 'string', path: true },
};

export const backendFlagsHelp = `  --backend TEXT   embedded, remote or auto (THAW_BACKEND)
  --api-url TEXT   address of the Daytona-compatible API (DAYTONA_API_URL)
  --api-key-file TEXT  file with its key (THAW_API_KEY_FILE; else DAYTONA_API_KEY)
`;

/** Throws UsageError. */
export function backendOf(flags: Flags, { environment }: ProcessHost): BackendChoice {
  try {
    return chooseBackend(flags, environment, (path) => readFileSync(path, 'utf8'));
  } catch (error) {
    if (error instanceof BackendChoiceError) throw new UsageError(error.message);
    throw error;
  }
}

/** What `thaw status` shows: never the key, only where it came from. */
export type ShownBackend =
  | { readonly kind: 'embedded' }
  | { readonly kind: 'remote'; readonly apiUrl: string; readonly keyFrom: string };

export const showBackend = (choice: BackendChoice): ShownBackend =>
  choice.kind === 'embedded'
    ? choice
    : { kind: 'remote', apiUrl: choice.settings.apiUrl, keyFrom: choice.settings.tokenSource };

export const backendText = (shown: ShownBackend): string =>
  shown.kind === 'embedded' ? 'embedded' : `remote, ${shown.apiUrl} (key: ${shown.keyFrom})`;
