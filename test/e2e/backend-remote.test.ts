/** The suite of every backend on the remote one, against an owner of the built command line: REST and toolbox. */
import { afterAll } from 'vitest';
import type { RemoteBackend } from '../../src/remote/open.ts';
import { describeBackend } from '../support/backend-suite/suite.ts';
import { openRemote } from '../support/remote-backend.ts';
import { openRestOwner, type RestOwner } from '../support/rest-owner.ts';

let owner: RestOwner | null = null;
let backend: RemoteBackend | null = null;
afterAll(async () => {
  await backend?.close();
  await owner?.close();
});

describeBackend('the remote backend on thaw serve', async () => {
  owner = await openRestOwner({ THAW_HTTP_PORT: '14440', THAW_POOL_TARGET: '1' });
  backend = openRemote(owner.apiUrl, owner.apiKey);
  return backend;
});
