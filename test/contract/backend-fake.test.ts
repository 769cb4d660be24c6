/** The suite of every backend on the remote one, against a server that differs from Thaw: its applicable part. */
import { afterAll, expect } from 'vitest';
import { describeBackend } from '../support/backend-suite/suite.ts';
import { FakeDaytona, type FakeOptions, KEY } from '../support/fake-daytona/server.ts';
import { openRemote } from '../support/remote-backend.ts';

const servers: readonly (readonly [string, FakeOptions])[] = [
  ['without events, listing by cursor', { list: 'cursor', events: false }],
  ['with events, listing by page', { list: 'paginated', events: true }],
  ['that lists as an array', { list: 'array', events: false }],
];

for (const [what, options] of servers) {
  const closes: (() => Promise<void>)[] = [];
  afterAll(async () => {
    for (const close of closes.reverse()) await close();
  });
  describeBackend(
    `the remote backend on a server ${what}`,
    async () => {
      const fake = await FakeDaytona.open({ ...options, changeMs: 60 });
      const backend = openRemote(fake.apiUrl, KEY);
      closes.push(async () => {
        await backend.close();
        await fake.close();
        expect(fake.unknown).toEqual([]);
      });
      return backend;
    },
    { forks: true, ttl: true, git: true, running: true },
  );
}
