/** What a container that Thaw attaches to its network lacks of Docker's: the files that names are looked up with. */
import type { SandboxId } from '../../ids.ts';
import { type AgentConnection, RESOLVER_ADDRESS } from '../agent/port.ts';

const FILE_MODE = 0o644;

/** hosts(5), with the same lines as Docker's. */
const hosts = (id: SandboxId, address: string): string =>
  [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff00::0\tip6-mcastprefix',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    `${address}\t${id}`,
    '',
  ].join('\n');

/** resolv.conf(5). */
const RESOLVER = `nameserver ${RESOLVER_ADDRESS}\noptions ndots:0\n`;

/** The container's host name is the sandbox's id. */
export async function writeNetworkFiles(
  agent: AgentConnection,
  id: SandboxId,
  address: string,
): Promise<void> {
  const write = (path: string, text: string) =>
    agent.writeFile(path, Buffer.from(text), { mode: FILE_MODE }, { user: 'root' });
  await Promise.all([write('/etc/hosts', hosts(id, address)), write('/etc/resolv.conf', RESOLVER)]);
}
