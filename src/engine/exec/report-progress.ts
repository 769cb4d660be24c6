/** Tells a caller who waits that its command still runs. */
import type { CallContext } from '../../backend/port.ts';
import type { Clock } from '../../clock.ts';
import type { CollectedOutput } from './collected-output.ts';

/** Often enough for clients that give up on what says nothing for a while. */
const EVERY_MS = 8_000;

/** Answers what ends the reports. */
export function reportProgress(
  clock: Clock,
  { progress }: CallContext,
  output: Pick<CollectedOutput, 'bytes'>,
): () => void {
  if (progress === undefined) return () => undefined;
  let cancel: () => void = () => undefined;
  const next = (seconds: number): void => {
    cancel = clock.schedule(EVERY_MS, () => {
      progress(`The command has run for ${seconds} s and printed ${output.bytes} bytes.`);
      next(seconds + EVERY_MS / 1000);
    });
  };
  next(EVERY_MS / 1000);
  return () => cancel();
}
