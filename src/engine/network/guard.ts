/**
 * Keeps the network policy of each sandbox in force: installs it before anything runs, looks after a start of the owner
 * whether it still stands, and says what is open to whom.
 */
import { randomInt } from 'node:crypto';
import { ThawError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { HostControl, HostNetwork, HostPlace } from '../host/port.ts';
import type { SandboxBridge } from './bridge.ts';
import { type Address, formatAddress, parseAddress, parseRange, type Range } from './cidr.ts';
import { closedRanges } from './closed-ranges.ts';
import { closedTo, compileRules, namedSet, type Ruleset, type Surroundings, TABLE } from './compile.ts';
import { type DeniedPackets, parseDenied } from './denied.ts';
import { isDefaultNetwork, type NetworkRecord, sameNetwork, toPolicy } from './policy.ts';
import { contains, subtract } from './ranges.ts';
import { FIB_TRIE, IF_INET6, parseFibTrie, parseIfInet6 } from './surroundings.ts';

/** Connection marks are 32 bits; 0 is that of every connection without one. */
const MAX_MARK = 2 ** 31;
/** Programs keep an address a while longer than its name's time says. */
const MIN_ADMITTED_SECONDS = 120;
const MAX_ADMITTED_SECONDS = 86_400;
/** Of one answer. */
const MAX_ADMITTED = 64;

/** The operator's list of ranges as numbers. Throws `invalid_argument`. */
export function parseOpenRanges(list: readonly string[]): Range[] {
  return list.map((text) => {
    const range = parseRange(text);
    if (range !== null) return range;
    throw new ThawError('invalid_argument', `THAW_OPEN_RANGES: ${text} is no address and no network.`, {
      next: 'Write addresses and networks such as 192.168.1.20 or 10.1.0.0/16, comma-separated.',
    });
  });
}

interface Parts {
  readonly bridge: Pick<SandboxBridge, 'facts'>;
  readonly host: Pick<HostControl, 'network'>;
  readonly openRanges: readonly string[];
  /** The operator chose to run without the host helper: nothing can be enforced, and that is known. */
  readonly helper: 'on' | 'off';
  readonly log: Logger;
}

export class NetworkGuard {
  readonly #parts: Parts;
  readonly #open: readonly Range[];
  /** What was put in force, or found so, where a container runs. */
  readonly #standing = new WeakMap<
    HostPlace,
    { readonly record: NetworkRecord; readonly fingerprint: string }
  >();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#open = parseOpenRanges(parts.openRanges);
    if (parts.helper === 'off')
      parts.log.warn(
        'without the host helper no network policy is in force: sandboxes reach what the host reaches',
      );
  }

  /** What the operator opened, as it was written. */
  get openRanges(): readonly string[] {
    return this.#parts.openRanges;
  }

  /** Whether policies are enforced. False only where the operator turned the helper off. */
  get enforces(): boolean {
    return this.#parts.helper === 'on';
  }

  /** The ranges that no policy opens, whatever the host. */
  get closed(): readonly Range[] {
    return subtract(closedRanges, this.#open);
  }

  /** Throws `unsupported` for a policy that cannot be enforced here, and `setup_failed` where none can and should. */
  check(record: NetworkRecord): void {
    if (this.enforces) {
      this.#network();
      return;
    }
    if (isDefaultNetwork(record)) return;
    throw new ThawError(
      'unsupported',
      'Network policies need the host helper, which this engine runs without.',
      {
        next: 'Leave the network fields out, or start Thaw without THAW_HELPER=off.',
      },
    );
  }

  /** Puts the policy in force in place of any other. The sandbox must not run before this resolves. */
  async install(place: HostPlace, record: NetworkRecord): Promise<void> {
    this.check(record);
    if (!this.enforces) return;
    await this.#apply(place, record, await this.#compile(record));
  }

  /** Leaves a policy that stands already as it is, with the connections and names that it let through. Answers whether it did. */
  async ensure(place: HostPlace, record: NetworkRecord): Promise<boolean> {
    this.check(record);
    if (!this.enforces) return true;
    const rules = await this.#compile(record);
    const chain = ['list', 'chain', 'inet', TABLE, `policy_${rules.fingerprint}`];
    const stands = await this.#network().has(place, chain);
    if (stands) this.#standing.set(place, { record, fingerprint: rules.fingerprint });
    else await this.#apply(place, record, rules);
    return stands;
  }

  /**
   * Lets addresses through that a name of the policy has, for as long as that is sure. Those that are closed to every
   * sandbox stay closed. Throws when `record` is not the policy in force.
   */
  async admit(
    place: HostPlace,
    record: NetworkRecord,
    named: readonly { readonly address: Address; readonly ttlSeconds: number }[],
  ): Promise<void> {
    const closed = closedTo(await this.#surroundings());
    const standing = this.#standing.get(place);
    if (standing === undefined || !sameNetwork(standing.record, record))
      throw new ThawError('state_conflict', 'The network policy changed while a name was resolved.');
    const { fingerprint } = standing;
    const lines = named
      .filter(({ address }) => !contains(closed, address))
      .slice(0, MAX_ADMITTED)
      .flatMap(({ address, ttlSeconds }) => {
        const element = `element inet ${TABLE} ${namedSet(address.family, fingerprint)} { ${formatAddress(address)}`;
        const seconds = Math.min(Math.max(ttlSeconds, MIN_ADMITTED_SECONDS), MAX_ADMITTED_SECONDS);
        // Adding one that is there would leave its time as it was.
        return [`add ${element} }`, `delete ${element} }`, `add ${element} timeout ${seconds}s }`];
      });
    if (lines.length > 0) await this.#network().apply(place, `${lines.join('\n')}\n`);
  }

  /** What the rules denied in the last hour, since they were put in force. */
  async denied(place: HostPlace): Promise<readonly DeniedPackets[]> {
    return parseDenied(await this.#network().query(place, ['list', 'table', 'inet', TABLE]));
  }

  async #compile(record: NetworkRecord): Promise<Ruleset> {
    return compileRules(toPolicy(record), await this.#surroundings(), randomInt(1, MAX_MARK));
  }

  async #apply(place: HostPlace, record: NetworkRecord, { text, fingerprint }: Ruleset): Promise<void> {
    this.#standing.delete(place);
    await this.#network().apply(place, text);
    this.#standing.set(place, { record, fingerprint });
  }

  #network(): HostNetwork {
    const { network } = this.#parts.host;
    if (network !== null) return network;
    throw new ThawError(
      'setup_failed',
      'Network policies cannot be enforced on this host, and a sandbox does not run without one: the host helper does not start, or its image has no nft.',
      {
        next: 'Run `thaw doctor` on the host. To run sandboxes without any network policy, start Thaw with THAW_HELPER=off.',
      },
    );
  }

  async #surroundings(): Promise<Surroundings> {
    const network = this.#network();
    const absent = (): string => '';
    const [four, six, { gateways }] = await Promise.all([
      network.readHostFile(FIB_TRIE).then(parseFibTrie),
      // Absent where the kernel has no IPv6.
      network.readHostFile(IF_INET6).catch(absent).then(parseIfInet6),
      this.#parts.bridge.facts(),
    ]);
    const host = {
      addresses: [...four.addresses, ...six.addresses],
      networks: [...four.networks, ...six.networks],
    };
    return { open: this.#open, host, gateways: gateways.flatMap((text) => parseAddress(text) ?? []) };
  }
}
