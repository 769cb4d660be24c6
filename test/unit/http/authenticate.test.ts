/** Who is let in over HTTP: keys in the header and nowhere else, and what wrong ones lead to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeAuthenticator } from '../../../src/http/authenticate.ts';
import { AuthFailure } from '../../../src/http/service.ts';
import { FailedAttempts } from '../../../src/keys/failed-attempts.ts';
import { KeyBook } from '../../../src/keys/key-book.ts';
import { ManualClock } from '../../support/manual-clock.ts';

let directory: string;
let keys: KeyBook;
const clock = new ManualClock();
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'thaw-auth-'));
  keys = new KeyBook(directory, clock);
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function requestWith(authorization: string | undefined, url = '/mcp'): IncomingMessage {
  const request = new IncomingMessage(new Socket());
  request.url = url;
  if (authorization !== undefined) request.headers.authorization = authorization;
  return request;
}

it('lets a key in by its header alone', async () => {
  const authenticator = makeAuthenticator({ keys, attempts: new FailedAttempts(clock) });
  const { value } = keys.create({ name: 'k' });
  const outcome = async (authorization?: string, url?: string) => {
    const found = await authenticator.authenticate(requestWith(authorization, url));
    return found instanceof AuthFailure ? found.status : found.keyName;
  };
  expect(await outcome(`Bearer ${value}`)).toBe('k');
  expect(await outcome(`bearer  ${value}`)).toBe('k');
  expect(await outcome()).toBe(401);
  expect(await outcome(undefined, `/mcp?access_token=${value}&token=${value}`)).toBe(401);
  for (const wrong of [
    value,
    `Basic ${value}`,
    `Bearer ${value}, Bearer x`,
    'Bearer',
    `Bearer ${'x'.repeat(20_000)}`,
  ])
    expect([wrong.slice(0, 20), await outcome(wrong)]).toEqual([wrong.slice(0, 20), 401]);
});

it('makes an address with many wrong keys wait, and still knows a good one', async () => {
  const authenticator = makeAuthenticator({ keys, attempts: new FailedAttempts(clock) });
  const { value } = keys.create({ name: 'k' });
  const wrong = `Bearer dtn_${'0'.repeat(64)}`;
  const statuses: (number | string)[] = [];
  for (let i = 0; i < 22; i += 1) {
    const found = await authenticator.authenticate(requestWith(wrong));
    if (found instanceof AuthFailure) statuses.push(found.status);
  }
  expect(statuses).toEqual([...Array<number>(20).fill(401), 429, 429]);
  const limited = await authenticator.authenticate(requestWith(wrong));
  expect(limited instanceof AuthFailure && limited.headers['retry-after']).toBe('60');
  expect(await authenticator.authenticate(requestWith(`Bearer ${value}`))).toMatchObject({ keyName: 'k' });
});
