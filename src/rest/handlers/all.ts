/** The handler of every operation that REST serves. */
import type { Clock } from '../../clock.ts';
import type { KeyBook } from '../../keys/key-book.ts';
import type { Handlers } from '../handler.ts';
import { accessHandlers } from './access.ts';
import { buildHandlers } from './builds.ts';
import { copyHandlers } from './copies.ts';
import { keyHandlers } from './keys.ts';
import { listHandlers } from './lists.ts';
import { sandboxHandlers } from './sandboxes.ts';
import { type ServerOptions, serverHandlers } from './server.ts';
import { settingsHandlers } from './settings.ts';
import { snapshotHandlers } from './snapshots.ts';
import { volumeHandlers } from './volumes.ts';
import { warmPoolHandlers } from './warm-pools.ts';

export interface HandlerOptions extends ServerOptions {
  readonly clock: Clock;
  readonly keys: KeyBook;
}

export const allHandlers = (options: HandlerOptions): Handlers => ({
  ...sandboxHandlers(options),
  ...listHandlers(options),
  ...settingsHandlers(options),
  ...accessHandlers(options),
  ...copyHandlers(options),
  ...buildHandlers(options),
  ...snapshotHandlers(options),
  ...volumeHandlers,
  ...warmPoolHandlers(options),
  ...keyHandlers(options.keys),
  ...serverHandlers(options),
});
