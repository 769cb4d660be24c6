/** Clean-up at the end of the quickstart and the benchmark, whatever the end is. */
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { Cleanup } from '../../../src/quickstart/cleanup.ts';
import { runInterruptible } from '../../../src/quickstart/interruptible.ts';

type Signal = 'SIGTERM' | 'SIGINT' | 'SIGHUP';

function fakeHost() {
  const stderr = new PassThrough();
  let handler: (signal: Signal) => void = () => undefined;
  return {
    host: { stderr, onSignal: (given: (signal: Signal) => void) => void (handler = given) },
    send: (signal: Signal) => handler(signal),
    said: () => text(stderr.end()),
  };
}

describe('Cleanup', () => {
  test('undoes the last thing first, goes on after a failure and tells of it', async () => {
    const cleanup = new Cleanup();
    const undone: string[] = [];
    cleanup.add('the first', async () => void undone.push('first'));
    cleanup.add('the second', () => Promise.reject(new Error('no way')));
    cleanup.add('the third', async () => void undone.push('third'));
    expect(await cleanup.run()).toEqual(['the second: no way']);
    expect(undone).toEqual(['third', 'first']);
    expect(await cleanup.run()).toEqual([]);
  });
});

describe('runInterruptible', () => {
  test('answers the status of the work and cleans up', async () => {
    const { host } = fakeHost();
    let cleaned = false;
    const status = await runInterruptible(
      host,
      async ({ cleanup }) => {
        cleanup.add('it', async () => void (cleaned = true));
        return 7;
      },
      String,
    );
    expect({ status, cleaned }).toEqual({ status: 7, cleaned: true });
  });

  test('tells of a failure, cleans up and answers 1', async () => {
    const { host, said } = fakeHost();
    let cleaned = false;
    const status = await runInterruptible(
      host,
      async ({ cleanup }) => {
        cleanup.add('it', async () => void (cleaned = true));
        throw new Error('broken');
      },
      (error) => `sorry: ${String(error)}\n`,
    );
    expect({ status, cleaned }).toEqual({ status: 1, cleaned: true });
    expect(await said()).toBe('sorry: Error: broken\n');
  });

  test('a signal aborts the work, which ends before the clean-up; more signals change nothing', async () => {
    const { host, send } = fakeHost();
    const order: string[] = [];
    const running = runInterruptible(
      host,
      async ({ signal, cleanup }) => {
        cleanup.add('it', async () => void order.push('cleaned'));
        send('SIGINT');
        send('SIGINT');
        await Promise.resolve();
        order.push(`settled, aborted: ${signal.aborted}`);
        return 0;
      },
      String,
    );
    expect(await running).toBe(130);
    expect(order).toEqual(['settled, aborted: true', 'cleaned']);
  });
});
