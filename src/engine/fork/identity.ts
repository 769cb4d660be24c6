/** What must differ between a sandbox and its fork, although it lives in files: machine id and SSH host keys. */
import { randomHex } from '../../ids.ts';
import type { AgentConnection } from '../agent/port.ts';

const MACHINE_ID_FILES = ['/etc/machine-id', '/var/lib/dbus/machine-id'];
const SSH_DIRECTORY = '/etc/ssh';
const MAX_ENTRIES = 1_000;
const KEYGEN = '/usr/bin/ssh-keygen';

/** Only where the source had got one: an empty file means “none yet”. */
async function renewMachineId(agent: AgentConnection): Promise<void> {
  const id = Buffer.from(`${randomHex(16)}\n`);
  for (const path of MACHINE_ID_FILES) {
    const stat = await agent.stat(path).catch(() => null);
    if (stat !== null && stat.type === 'file' && stat.sizeBytes > 0)
      await agent.writeFile(path, id, { mode: 0o444 });
  }
}

async function renewHostKeys(agent: AgentConnection): Promise<void> {
  const listed = await agent.list(SSH_DIRECTORY, { depth: 1, maxEntries: MAX_ENTRIES }).catch(() => null);
  const keys = (listed?.entries ?? []).filter(({ path }) => /^ssh_host_.*_key(\.pub)?$/.test(path));
  if (keys.length === 0) return;
  for (const { path } of keys) await agent.remove(`${SSH_DIRECTORY}/${path}`, { recursive: false });
  const keygen = await agent.spawn({ argv: [KEYGEN, '-A'], cwd: '/' });
  for await (const chunk of keygen.output('stdout')) void chunk;
  await keygen.exited;
}

/** Runs in a container that has nothing but its agent, before anybody else can. */
export async function renewIdentity(agent: AgentConnection): Promise<void> {
  await Promise.all([renewMachineId(agent), renewHostKeys(agent)]);
}
