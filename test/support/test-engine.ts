/** The Docker Engine that tests use: found or started the way a user's would be, and given back at the end. */
import { homedir } from 'node:os';
import { describeHost } from '../../src/setup/host.ts';
import { stopManagedEngine } from '../../src/setup/managed-engine.ts';
import { managedOptions, type Prepared, type PrepareOptions, prepare } from '../../src/setup/prepare.ts';
import { lineProgress } from '../../src/setup/progress.ts';

const options = (): PrepareOptions => ({
  host: describeHost(process, process.env, homedir()),
  install: true,
});

export const prepareTestEngine = (): Promise<Prepared> =>
  prepare(
    options(),
    lineProgress((line) => process.stderr.write(`${line}\n`)),
  );

/** Ends the managed daemon unless somebody else's containers run in it by now. */
export async function releaseTestEngine(prepared: Pick<Prepared, 'docker'>): Promise<void> {
  const running = (await prepared.docker.listContainers({})).filter(({ state }) => state === 'running');
  if (running.length > 0) {
    process.stderr.write(`The managed daemon stays: ${running.length} containers run in it.\n`);
    return;
  }
  await stopManagedEngine(managedOptions(options()));
}
