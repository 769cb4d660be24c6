/** Volumes under many operations at once: one winner, no sandbox with a volume that is gone, nothing left behind. */
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { call } from '../support/open-engine.ts';
import { SimulatedEngine } from '../support/simulated-engine.ts';
import { codeOf } from './perform.ts';

const NAMES = ['a', 'b'] as const;

const operation = fc.record({
  op: fc.constantFrom('create', 'delete', 'mount', 'unmount'),
  volume: fc.constantFrom(...NAMES),
});

it('fifty creations of one name at once have one winner', async () => {
  const simulated = new SimulatedEngine();
  await simulated.open();
  const { volumes } = simulated.engine;
  const codes = await Promise.all(
    Array.from({ length: 50 }, () => codeOf(volumes.create({ name: 'data' }, call()))),
  );
  expect(codes.filter((code) => code === null)).toHaveLength(1);
  expect(codes.filter((code) => code === 'name_conflict')).toHaveLength(49);
  expect(await codeOf(volumes.delete('data', call()))).toBeNull();
  expect(await simulated.dispose()).toEqual([]);
});

it('a volume that a sandbox has is there, whatever comes at once', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 40 }), async (operations) => {
      const simulated = new SimulatedEngine();
      await simulated.open();
      const { volumes, lifecycle } = simulated.engine;
      const codes = await Promise.all(
        operations.map(async ({ op, volume }, index) => {
          // Let the operations before it get some way.
          for (let turns = index; turns > 0; turns -= 1)
            await new Promise((resolve) => setImmediate(resolve));
          if (op === 'create') return await codeOf(volumes.create({ name: volume }, call()));
          if (op === 'delete') return await codeOf(volumes.delete(volume, call()));
          if (op === 'unmount') return await codeOf(lifecycle.delete(`with-${volume}`, call()));
          const mounts = [{ volumeId: volume, mountPath: '/data' }];
          return await codeOf(lifecycle.create({ name: `with-${volume}`, volumes: mounts }, call()));
        }),
      );
      const expected = ['name_conflict', 'state_conflict', 'volume_not_found', 'sandbox_not_found', null];
      expect(codes.filter((code) => !expected.includes(code))).toEqual([]);
      const left = await volumes.list(call());
      expect(left.filter(({ state }) => state !== 'ready')).toEqual([]);
      const ids = new Set(left.map(({ id }) => id));
      for (const { id } of (await lifecycle.list({}, call())).items) {
        const mounted = (await lifecycle.get(id, call())).volumes;
        expect(mounted.filter(({ volumeId }) => !ids.has(volumeId))).toEqual([]);
        await lifecycle.delete(id, call());
      }
      for (const { id } of left) await volumes.delete(id, call());
      expect(await simulated.dispose()).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

it('a volume that cannot be prepared is taken back, and one that cannot be removed says so', async () => {
  const simulated = new SimulatedEngine();
  await simulated.open();
  const { engine, docker } = simulated;
  docker.failNext('createContainer');
  expect(await codeOf(engine.volumes.create({ name: 'data' }, call()))).toBe('engine_error');
  expect(await engine.volumes.list(call())).toEqual([]);
  const abort = new AbortController();
  abort.abort();
  expect(await codeOf(engine.volumes.create({ name: 'data' }, call(abort.signal)))).toBe('cancelled');
  expect(await engine.volumes.list(call())).toEqual([]);
  await engine.volumes.create({ name: 'data' }, call());
  docker.failNext('removeVolume');
  expect(await codeOf(engine.volumes.delete('data', call()))).toBe('engine_error');
  expect(await engine.volumes.get('data', call())).toMatchObject({
    state: 'error',
    errorReason: expect.stringContaining('planned by the test'),
  });
  const mount = { volumes: [{ volumeId: 'data', mountPath: '/data' }] };
  expect(await codeOf(engine.lifecycle.create(mount, call()))).toBe('state_conflict');
  expect(await codeOf(engine.volumes.delete('data', call()))).toBeNull();
  expect(await simulated.dispose()).toEqual([]);
});
