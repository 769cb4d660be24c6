/** A sandbox behind the SSH gateway, with the configuration that OpenSSH's clients need to reach it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEngine } from '../../../src/engine/engine.ts';
import type { ContainerId } from '../../../src/ids.ts';
import { openGateway, type SshGateway } from '../../../src/ssh/gateway.ts';
import { type Bench, type Closable, once } from '../scenario.ts';
import { temporaryEngineOptions } from './in-process.ts';
import { removeOwner } from './sweep.ts';

export interface SshStage extends Closable {
  /** Path of the clients' configuration, in a directory that holds nothing else. */
  readonly config: string;
  readonly host: string;
  readonly container: ContainerId;
  readonly dir: string;
}

export async function openSshStage(bench: Bench): Promise<SshStage> {
  let gateway: SshGateway | null = null;
  const options = await temporaryEngineOptions(bench, 0);
  const dir = await mkdtemp(join(tmpdir(), 'thaw-bench-ssh-'));
  const engine = await openEngine({ ...options, sshEndpoint: () => gateway?.endpoint ?? null });
  const { signal } = bench;
  const close = once(async () => {
    await gateway?.close();
    await engine.close({ sandboxes: 'stop' });
    await removeOwner(bench.docker, options.stateDir);
    await rm(dir, { recursive: true, force: true });
  });
  bench.cleanup.add('closing the SSH gateway of the benchmark', close);
  gateway = await openGateway({
    host: '127.0.0.1',
    port: 0,
    stateDir: options.stateDir,
    admit: async (token) => await Promise.resolve(engine.admitSsh(token)),
    log: options.log,
  });
  const { id } = await engine.lifecycle.create({ name: 'bench' }, { signal });
  const { sshConfig } = await engine.ssh.create(id, { expiresInMinutes: 60 }, { signal });
  const config = join(dir, 'config');
  await writeFile(config, `${sshConfig}  UserKnownHostsFile ${join(dir, 'known_hosts')}\n  LogLevel ERROR\n`);
  const [found] = await bench.docker.listContainers({ 'thaw.sandbox': id });
  if (found === undefined) throw new Error('the sandbox has no container');
  return { config, host: 'thaw-bench', container: found.id, dir, close };
}
