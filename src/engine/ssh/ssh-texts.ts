/** What a user types or keeps to connect. Pure. */
import type { SshEndpoint } from '../../backend/sandbox-access.ts';

/** The port that ssh uses when it is told none. */
const SSH_PORT = 22;
const WILDCARDS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** An address to connect to, for one to listen on. */
const reachable = (host: string): string => WILDCARDS[host] ?? host;

/** `ssh -p 2222 TOKEN@127.0.0.1`, as the API has it. */
export function sshCommand(token: string, { host, port }: SshEndpoint): string {
  return `ssh ${port === SSH_PORT ? '' : `-p ${port} `}${token}@${reachable(host)}`;
}

/** A block for ~/.ssh/config. The host key has a name of its own there: other things listen on the same address. */
export function sshConfig(name: string, token: string, { host, port }: SshEndpoint): string {
  return [
    `Host thaw-${name.replace(/[^A-Za-z0-9._-]/g, '-')}`,
    `  HostName ${reachable(host)}`,
    `  Port ${port}`,
    `  User ${token}`,
    `  HostKeyAlias thaw-${port}`,
    '  HostKeyAlgorithms ssh-ed25519',
    '  PreferredAuthentications none',
    '  StrictHostKeyChecking accept-new',
    '  ForwardAgent no',
    '  ForwardX11 no',
    '',
  ].join('\n');
}
