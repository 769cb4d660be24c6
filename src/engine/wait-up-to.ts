/** Waits for background work on behalf of a call, which is answered in time whatever the work does. */
import type { CallContext } from '../backend/port.ts';
import { ThawError } from '../errors.ts';
import type { EngineContext } from './context.ts';

/**
 * Resolves when `work` is over or the call has waited long enough, which may be not at all. A caller who goes away meanwhile ends it by `giveUp`,
 * and it is waited for; then this throws `cancelled`.
 */
export async function waitUpTo(
  { clock, answerWithinMs }: Pick<EngineContext, 'clock' | 'answerWithinMs'>,
  work: Promise<unknown>,
  { signal, answersAtOnce = false }: Pick<CallContext, 'signal' | 'answersAtOnce'>,
  giveUp: () => void,
): Promise<void> {
  if (answersAtOnce) return;
  let cancelTimer: () => void = () => undefined;
  let onAbort: () => void = () => undefined;
  const patience = new Promise<'answer'>((resolve) => {
    cancelTimer = clock.schedule(answerWithinMs, () => resolve('answer'));
  });
  const left = new Promise<'left'>((resolve) => {
    onAbort = () => resolve('left');
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  });
  try {
    const first = await Promise.race([work.then(() => 'over' as const), patience, left]);
    if (first !== 'left') return;
    giveUp();
    await work;
    throw new ThawError('cancelled', 'The creation was cancelled; nothing was left behind.');
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', onAbort);
  }
}
