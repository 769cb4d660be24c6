/** Bad input is a clear error and changes nothing. */
import { describe, expect, it } from 'vitest';
import { call, openTestEngine } from '../support/open-engine.ts';

describe('bad input', () => {
  it('is refused with what to do, and leaves things as they were', async () => {
    const engine = await openTestEngine({ maxSandboxes: 2 });
    const { lifecycle } = engine;
    await lifecycle.create({ name: 'frontend' }, call());

    await expect(lifecycle.get('fronted', call())).rejects.toMatchObject({
      code: 'sandbox_not_found',
      message: expect.stringContaining('Existing: frontend'),
    });
    const create = (input: Parameters<typeof lifecycle.create>[0]) => lifecycle.create(input, call());
    await expect(create({ name: 'frontend' })).rejects.toMatchObject({ code: 'name_conflict' });
    await expect(create({ snapshot: 'nope' })).rejects.toMatchObject({
      code: 'snapshot_not_found',
      message: expect.stringContaining('default'),
    });
    await expect(create({ cpu: 1000 })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('cores of the host'),
    });
    await expect(create({ memory: 16_000 })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(create({ user: 'martian' })).rejects.toMatchObject({
      code: 'invalid_argument',
      message: expect.stringContaining('daytona'),
    });
    await expect(create({ target: 'mars' })).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(create({ gpu: 1 })).rejects.toMatchObject({ code: 'unsupported' });
    await expect(create({ volumes: [{ volumeId: 'v', mountPath: '/v' }] })).rejects.toMatchObject({
      code: 'volume_not_found',
    });
    await expect(create({ networkAllowList: 'everything' })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    await expect(create({ disk: 5 })).rejects.toMatchObject({ code: 'unsupported' });
    const buildInfo = { dockerfileContent: 'FROM a:1', contextHashes: ['00'] };
    await expect(create({ buildInfo })).rejects.toMatchObject({ code: 'unsupported' });
    const fetching = { dockerfileContent: 'FROM a:1\nADD http://127.0.0.1/ /x' };
    await expect(create({ buildInfo: fetching })).rejects.toMatchObject({ code: 'invalid_argument' });

    expect((await lifecycle.list({}, call())).total).toBe(1);
    await create({ name: 'second' });
    await expect(create({})).rejects.toMatchObject({ code: 'capacity' });
  });
});
