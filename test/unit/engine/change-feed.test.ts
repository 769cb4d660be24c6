/** Changes are told in order, to whom they belong, and to nobody who left. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { BackendEvent } from '../../../src/backend/events.ts';
import { newUuid } from '../../../src/ids.ts';
import { call } from '../../support/open-engine.ts';
import { SimulatedEngine } from '../../support/simulated-engine.ts';

let simulated: SimulatedEngine;
let heard: BackendEvent[];
let leave: () => void;

beforeEach(async () => {
  simulated = new SimulatedEngine();
  await simulated.open();
  heard = [];
  leave = simulated.engine.events.subscribe((event) => heard.push(event));
});
afterEach(async () => {
  expect(await simulated.dispose()).toEqual([]);
});

const told = (): string[] =>
  heard.map((event) =>
    'newState' in event ? `${event.kind} ${event.oldState} > ${event.newState}` : event.kind,
  );

it('tells the whole life of a sandbox', async () => {
  const { lifecycle } = simulated.engine;
  const { id } = await lifecycle.create({}, call());
  await lifecycle.stop(id, { force: true }, call());
  await lifecycle.delete(id, call());
  expect(told()).toEqual([
    'sandbox.created',
    'sandbox.state.updated creating > started',
    'sandbox.desired-state.updated',
    'sandbox.state.updated started > stopping',
    'sandbox.state.updated stopping > stopped',
    'sandbox.desired-state.updated',
    'sandbox.state.updated stopped > destroying',
    'sandbox.state.updated destroying > destroyed',
  ]);
  expect(heard.every((event) => 'sandbox' in event && event.sandbox.id === id)).toBe(true);
  expect(new Set(heard.map((event) => event.organizationId))).toEqual(new Set([null]));
});

it('tells of volumes, with the organization that they belong to', async () => {
  const organizationId = newUuid();
  const { volumes } = simulated.engine;
  await volumes.create({ name: 'data' }, { ...call(), organizationId });
  await volumes.delete('data', { ...call(), organizationId });
  expect(told()).toEqual([
    'volume.created',
    'volume.state.updated creating > ready',
    'volume.state.updated ready > deleting',
    'volume.state.updated deleting > deleted',
  ]);
  expect(new Set(heard.map((event) => event.organizationId))).toEqual(new Set([organizationId]));
});

it('tells nothing to who left, and goes on when a listener throws', async () => {
  const others: string[] = [];
  simulated.engine.events.subscribe(() => {
    throw new Error('planned by the test');
  });
  simulated.engine.events.subscribe(({ kind }) => others.push(kind));
  leave();
  await simulated.engine.volumes.create({ name: 'data' }, call());
  await simulated.engine.volumes.delete('data', call());
  expect(heard).toEqual([]);
  expect(others).toHaveLength(4);
});

it('has a bound for listeners', () => {
  const { events } = simulated.engine;
  const all = Array.from({ length: 63 }, () => events.subscribe(() => undefined));
  expect(() => events.subscribe(() => undefined)).toThrow('listeners');
  all[0]?.();
  events.subscribe(() => undefined);
});
