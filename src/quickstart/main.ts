/** The entry point of `npm run quickstart`: hands the process to the quickstart and cleans up whatever its end is. */
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { hostOf } from '../cli/process-host.ts';
import { isThawError } from '../errors.ts';
import { describeHost } from '../setup/host.ts';
import { Cleanup } from './cleanup.ts';
import { quickstart } from './quickstart.ts';

const INTERRUPTED = 130;
/** What a request under way gets to end, so that the clean-up sees what it made. */
const SETTLE_MS = 5_000;

const entry = fileURLToPath(import.meta.url);
const node = hostOf(process, entry);
const interruption = new AbortController();
const interrupted = new Promise<never>((_resolve, reject) => {
  interruption.signal.addEventListener('abort', () => reject(interruption.signal.reason), { once: true });
});
// Handled by the race below; a signal that comes during the clean-up has nobody else to hear of it.
interrupted.catch(() => undefined);
// npm, the terminal and the script above each pass a Ctrl-C on, so further ones must not cut the clean-up short.
node.onSignal((signal) => interruption.abort(new Error(`ended by ${signal}`)));

const write = (line: string): void => void node.stdout.write(`${line}\n`);

/** What went wrong and what to do, for a person. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const next = isThawError(error) ? error.next : 'Run `node dist/thaw.mjs doctor` to see what is missing.';
  return `\nQuickstart failed: ${message}\nNext: ${next}\n`;
}

const cleanup = new Cleanup();
let exitCode = 0;
const work = quickstart({
  host: describeHost(process, node.environment, homedir()),
  environment: node.environment,
  thaw: [process.execPath, fileURLToPath(new URL('thaw.mjs', import.meta.url))],
  write,
  signal: interruption.signal,
  cleanup,
});
// Its own failure is told by the race; one that follows an interruption is not news.
const settled = work.catch(() => undefined);
try {
  await Promise.race([work, interrupted]);
} catch (error) {
  exitCode = interruption.signal.aborted ? INTERRUPTED : 1;
  if (interruption.signal.aborted) node.stderr.write('\nInterrupted; removing what the session made …\n');
  else node.stderr.write(explain(error));
  await Promise.race([settled, sleep(SETTLE_MS)]);
} finally {
  for (const left of await cleanup.run()) node.stderr.write(`Could not finish ${left}\n`);
}
node.stdout.write('', () => node.exit(exitCode));
