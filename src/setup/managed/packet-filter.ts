/**
 * Lets the managed daemon's networks reach the outside. The daemon itself is kept off the packet filter, because at its
 * start it empties the chains DOCKER and DOCKER-ISOLATION of the host, which belong to another daemon if there is one.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { runCommand, tryCommand } from '../command.ts';
import type { Environment } from '../host.ts';

const timeoutMs = 20_000;

type Rule = readonly string[];

interface Chain {
  readonly table: 'nat' | 'filter';
  readonly hook: 'POSTROUTING' | 'FORWARD';
  readonly name: string;
  readonly rules: readonly Rule[];
}

function chains(prefix: string, range: string): readonly Chain[] {
  return [
    {
      table: 'nat',
      hook: 'POSTROUTING',
      name: `${prefix}-NAT`,
      rules: [['-s', range, '!', '-d', range, '-j', 'MASQUERADE']],
    },
    {
      table: 'filter',
      hook: 'FORWARD',
      name: `${prefix}-FWD`,
      // No traffic between sandboxes; out is allowed, and back in what answers it.
      rules: [
        ['-s', range, '-d', range, '-j', 'DROP'],
        ['-s', range, '-j', 'ACCEPT'],
        ['-d', range, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'],
        ['-d', range, '-j', 'DROP'],
      ],
    },
  ];
}

const iptables = (env: Environment) => ({
  must: (...args: string[]) => runCommand(['iptables', '-w', '10', ...args], { timeoutMs, env }),
  may: (...args: string[]) => tryCommand(['iptables', '-w', '10', ...args], { timeoutMs, env }),
});

/** Traffic between two ports of one bridge passes the packet filter only with this switch on; absent without the module. */
const bridgeSwitch = '/proc/sys/net/bridge/bridge-nf-call-iptables';
const forwardSwitch = '/proc/sys/net/ipv4/ip_forward';

async function turnOn(path: string): Promise<void> {
  const value = await readFile(path, 'utf8').catch(() => null);
  if (value !== null && value.trim() === '0') await writeFile(path, '1');
}

/** Installs the chains, whatever is left of them from an earlier time. */
export async function openPacketFilter(prefix: string, range: string, env: Environment): Promise<void> {
  await turnOn(forwardSwitch);
  await turnOn(bridgeSwitch);
  const { must, may } = iptables(env);
  for (const { table, hook, name, rules } of chains(prefix, range)) {
    await may('-t', table, '-N', name);
    await must('-t', table, '-F', name);
    for (const rule of rules) await must('-t', table, '-A', name, ...rule);
    const hooked = await may('-t', table, '-C', hook, '-j', name);
    if (hooked.code !== 0) await must('-t', table, '-I', hook, '-j', name);
  }
}

/** Removes the chains. Those that are not there are passed over. */
export async function closePacketFilter(prefix: string, range: string, env: Environment): Promise<void> {
  const { may } = iptables(env);
  for (const { table, hook, name } of chains(prefix, range)) {
    await may('-t', table, '-D', hook, '-j', name);
    await may('-t', table, '-F', name);
    await may('-t', table, '-X', name);
  }
}
