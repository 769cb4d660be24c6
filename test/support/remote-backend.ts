/** Opens the remote backend on a fake server, or on any other address, for tests. */
import { systemClock } from '../../src/clock.ts';
import { silentLogger } from '../../src/log.ts';
import { openRemoteBackend, type RemoteBackend } from '../../src/remote/open.ts';

export const openRemote = (apiUrl: string, token: string): RemoteBackend =>
  openRemoteBackend({
    settings: { apiUrl, token, tokenSource: 'a test', organizationId: null, target: null },
    clock: systemClock,
    log: silentLogger(),
  });
