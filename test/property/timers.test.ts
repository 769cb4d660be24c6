/** A day of timers on the engine over a simulated daemon: idleness, activity, commands, deletion, time to live, owners that change. */
import { expect, it } from 'vitest';
import type { CreateSandbox } from '../../schemas/create-sandbox.ts';
import { call } from '../support/open-engine.ts';
import { SimulatedEngine } from '../support/simulated-engine.ts';
import { codeOf } from './perform.ts';

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

it('acts at the right minute for 24 hours', { timeout: 120_000 }, async () => {
  const simulated = new SimulatedEngine();
  await simulated.open();
  const names: string[] = [];
  const create = async (name: string, input: CreateSandbox): Promise<void> => {
    names.push(name);
    await simulated.engine.lifecycle.create({ name, ...input }, call());
  };
  await create('idle', { autoStopInterval: 30, autoDeleteInterval: 120 });
  await create('kept', { autoStopInterval: 30 });
  await create('working', { autoStopInterval: 15 });
  await create('touched', { autoStopInterval: 15 });
  await create('used', { autoStopInterval: 20 });
  await create('ephemeral', { autoStopInterval: 60, autoDeleteInterval: 0 });
  await create('mortal', { autoStopInterval: 0, ttlMinutes: 600 });
  await create('paused', { autoStopInterval: 15, autoDeleteInterval: 15 });
  await create('paused and mortal', { ttlMinutes: 900 });
  await create('restarted', { autoStopInterval: 10, autoDeleteInterval: 300 });
  await create('changed', { autoStopInterval: 0 });
  await create('forever', { autoStopInterval: 0 });
  await simulated.engine.lifecycle.pause('paused', call());
  await simulated.engine.lifecycle.pause('paused and mortal', call());
  const caller = new AbortController();
  const working = codeOf(
    simulated.engine.exec.exec('working', { command: 'WAIT', timeoutSeconds: 45 }, call(caller.signal)),
  );

  /** What callers do, by the minute. */
  const actions: Readonly<Record<number, () => Promise<unknown>>> = {
    100: () => simulated.engine.lifecycle.start('restarted', call()),
    180: async () => {
      caller.abort();
      expect(await working).toBe('cancelled');
    },
    300: () => simulated.replaceOwner(),
    500: () => simulated.engine.settings.setAutoStop('changed', 40, call()),
    700: () => simulated.engine.settings.setTtl('kept', 800, call()),
    720: () => simulated.replaceOwner(),
  };
  /** `name state` with the minute at which it was first seen. */
  const seen = new Map<string, number>();
  for (let minute = 1; minute <= DAY_MINUTES; minute += 1) {
    simulated.clock.advance(MINUTE_MS);
    for (let turns = 0; turns < 40; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    const { lifecycle, settings, exec } = simulated.engine;
    if (minute <= 360 && minute % 10 === 0) await settings.touch('touched', call());
    if (minute <= 240 && minute % 19 === 0) await exec.exec('used', { command: 'true' }, call());
    await actions[minute]?.();
    const { items } = await lifecycle.list({}, call());
    for (const { name, state } of items) {
      const key = `${name} ${state}`;
      if (!seen.has(key)) seen.set(key, minute);
    }
    const present = new Set(items.map(({ name }) => name));
    for (const name of names) {
      if (!present.has(name) && !seen.has(`${name} gone`)) seen.set(`${name} gone`, minute);
    }
  }

  const when = (key: string): number | undefined => seen.get(key);
  expect(when('idle stopped')).toBe(30);
  expect(when('idle gone')).toBe(150);
  expect(when('kept stopped')).toBe(30);
  expect(when('kept gone')).toBe(800);
  // A command that runs is activity until its end.
  expect(when('working stopped')).toBe(195);
  expect(when('touched stopped')).toBe(375);
  expect(when('used stopped')).toBe(248);
  expect(when('ephemeral gone')).toBe(60);
  expect(when('mortal gone')).toBe(600);
  expect(when('paused stopped')).toBeUndefined();
  expect(when('paused gone')).toBeUndefined();
  expect(when('paused and mortal gone')).toBe(900);
  expect(when('restarted stopped')).toBe(10);
  expect(when('restarted gone')).toBe(410);
  expect(when('changed stopped')).toBe(540);
  const left = (await simulated.engine.lifecycle.list({ sort: 'name', order: 'asc' }, call())).items;
  expect(left.map(({ name, state }) => `${name} ${state}`)).toEqual([
    'changed stopped',
    'forever started',
    'paused paused',
    'touched stopped',
    'used stopped',
    'working stopped',
  ]);
  expect(await simulated.dispose()).toEqual([]);
});
