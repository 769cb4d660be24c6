/** Operations on one sandbox never overlap. */
import { describe, expect, it } from 'vitest';
import { ManagedSandbox } from '../../../src/engine/managed-sandbox.ts';
import { makeRecord } from './records.ts';

describe('ManagedSandbox', () => {
  it('lets one exclusive operation win and tells the others what runs', async () => {
    const sandbox = new ManagedSandbox(makeRecord({ name: 'box' }));
    let release: () => void = () => undefined;
    const winner = sandbox.exclusive(
      'stop',
      () => new Promise<string>((resolve) => (release = () => resolve('done'))),
    );
    await Promise.resolve();
    const losers = await Promise.allSettled(
      Array.from({ length: 49 }, () => sandbox.exclusive('start', async () => 'late')),
    );
    expect(losers.every((loser) => loser.status === 'rejected' && loser.reason.code === 'busy')).toBe(true);
    expect(losers[0]).toMatchObject({ reason: { message: 'Sandbox box is busy: stop is under way.' } });
    release();
    expect(await winner).toBe('done');
    expect(await sandbox.exclusive('start', async () => 'now')).toBe('now');
  });

  it('runs queued operations one after another, also after a failure', async () => {
    const sandbox = new ManagedSandbox(makeRecord());
    const order: string[] = [];
    const run = (name: string, fails: boolean) =>
      sandbox.queued(name, async () => {
        order.push(`${name} begins`);
        await Promise.resolve();
        order.push(`${name} ends`);
        if (fails) throw new Error(name);
      });
    const [first, second] = await Promise.allSettled([run('a', true), run('b', false)]);
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled']);
    expect(order).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
    expect(sandbox.isBusy).toBe(false);
  });
});
