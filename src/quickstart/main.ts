/** The entry point of `npm run quickstart`: hands the process to the quickstart. */
import { fileURLToPath } from 'node:url';
import { machineOf } from '../cli/machine.ts';
import { hostOf } from '../cli/process-host.ts';
import { isThawError } from '../errors.ts';
import { runInterruptible } from './interruptible.ts';
import { quickstart } from './quickstart.ts';

const node = hostOf(process, fileURLToPath(import.meta.url));
const thaw = fileURLToPath(new URL('thaw.mjs', import.meta.url));

/** What went wrong and what to do, for a person. */
function explain(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const next = isThawError(error) ? error.next : `Run \`node ${thaw} doctor\` to see what is missing.`;
  return `\nQuickstart failed: ${message}\nNext: ${next}\n`;
}

const status = await runInterruptible(
  node,
  async ({ signal, cleanup }) => {
    await quickstart({
      host: machineOf(node),
      environment: node.environment,
      thaw: [process.execPath, thaw],
      write: (line) => void node.stdout.write(`${line}\n`),
      signal,
      cleanup,
    });
    return 0;
  },
  explain,
);
node.stdout.write('', () => node.exit(status));
