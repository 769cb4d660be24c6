/** Signed URLs of files: who has a right signature is let in, and nobody else. */
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newUuid } from '../../../src/ids.ts';
import { signFileUrl } from '../../../src/signed-urls.ts';
import { call } from '../../support/open-engine.ts';
import { SimulatedEngine } from '../../support/simulated-engine.ts';

const simulated = new SimulatedEngine();
const organizationId = newUuid();
const owner = { ...call(), organizationId };
let id = '';
beforeAll(async () => {
  await simulated.open();
  id = (await simulated.engine.lifecycle.create({}, owner)).id;
});
afterAll(async () => {
  await simulated.engine.lifecycle.delete(id, owner);
  expect(await simulated.dispose()).toEqual([]);
});

const request = { method: 'GET', path: '/tmp/a b', expires: '0' };

it('is the HMAC that the clients of the API make', () => {
  const hmac = createHmac('sha256', 'key').update('v1:files:GET:/tmp/a b:0').digest('base64url');
  expect(signFileUrl('key', request)).toBe(`v1_${hmac}`);
});

it('lets in who has the right signature for what it was made for, and says whose sandbox it is', async () => {
  const { signing } = simulated.engine;
  expect(await signing.admit(id, { ...request, signature: 'v1_x' }, call())).toBeNull();
  const key = await signing.key(id, owner);
  expect(await signing.key(id, owner)).toBe(key);
  const signature = signFileUrl(key, request);
  expect(await signing.admit(id, { ...request, signature }, call())).toEqual({ organizationId });
  for (const other of [{ method: 'POST' }, { path: '/tmp/a' }, { expires: '1' }, { expires: '-1' }])
    expect(await signing.admit(id, { ...request, ...other, signature }, call())).toBeNull();
  expect(await signing.admit(newUuid(), { ...request, signature }, call())).toBeNull();
});

it('ends with its time and with the key', async () => {
  const { signing } = simulated.engine;
  const key = await signing.key(id, owner);
  const at = (seconds: number) => {
    const timed = { ...request, expires: String(Math.floor(simulated.clock.now() / 1000) + seconds) };
    return { ...timed, signature: signFileUrl(key, timed) };
  };
  expect(await signing.admit(id, at(60), call())).not.toBeNull();
  expect(await signing.admit(id, at(-1), call())).toBeNull();
  const forever = { ...request, signature: signFileUrl(key, request) };
  expect(await signing.rotate(id, owner)).not.toBe(key);
  expect(await signing.admit(id, forever, call())).toBeNull();
});
