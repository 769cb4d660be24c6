/** What the engine wants of Docker's networks. */
import type { LabelFilter } from './port.ts';

/** Of an inspected network Docker tells a gateway that it chose itself only beside a subnet that it chose itself. */
export interface NetworkSubnet {
  /** `10.0.0.0/20`. */
  readonly subnet: string;
  /** Without a prefix length. */
  readonly gateway: string;
}

/** What a network is made with, as far as the daemon can. */
export interface NetworkWish {
  /** Name of its bridge on the host; Docker's choice without one. */
  readonly bridge?: string;
  /** One that had it before; Docker's choice without one. */
  readonly subnet4?: NetworkSubnet | undefined;
  /** Where the daemon or the kernel has no IPv6 the network has IPv4 alone. */
  readonly subnet6?: NetworkSubnet;
}

export interface NetworkFacts {
  /** The host's own addresses on it. */
  readonly gateways: readonly string[];
  /** Those with the lengths of their prefixes, as `10.0.0.1/20`, and the subnets, in the same order. */
  readonly prefixes: readonly { readonly gateway: string; readonly subnet: string }[];
  /** Name of the interface. */
  readonly bridge: string;
}

export interface DockerNetworks {
  /** One that exists stays as it is. Answers whether there was none. */
  ensureNetwork(
    name: string,
    labels: Readonly<Record<string, string>>,
    wanted: NetworkWish,
  ): Promise<{ readonly created: boolean }>;
  /** Null when there is no such network. */
  inspectNetwork(name: string): Promise<NetworkFacts | null>;
  /**
   * Answers `miscounted` where Docker refuses although no container is on the network. Its count of endpoints goes wrong at
   * times when containers start side by side (moby/moby#42119), and only a restart of the daemon sets it right.
   */
  removeNetwork(name: string): Promise<'removed' | 'miscounted'>;
  listNetworks(labels: LabelFilter): Promise<readonly { readonly id: string; readonly name: string }[]>;
}
