/**
 * The bridge that sandboxes are attached to. Docker makes it, with its addresses and the rules that let it reach the
 * internet; the ports are Thaw's own, because Docker starts its own program three to four times for each. That leaves a network
 * which Docker thinks unused, and `docker network prune` removes: what is gone is made again as it was, with its ports.
 */
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../clock.ts';
import { isThawError, ThawError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import type { NetworkFacts, NetworkSubnet } from '../docker/network-port.ts';
import type { DockerPort } from '../docker/port.ts';
import type { HostControl, HostNetwork, HostPlace, NetworkLink } from '../host/port.ts';
import { bridgeName, labelsFor, networkName, networkSubnet6, portPrefix } from '../labels.ts';
import type { Store } from '../store/store.ts';

/** How often it is looked at whether the bridge is there. */
const CHECK_MS = 5_000;
const SUBNET_KEY = 'network.ipv4';

/** What is in the context of an error that says that the bridge is not there. */
const MISSING = { bridge: 'missing' } as const;
const isMissing = (error: unknown): boolean =>
  isThawError(error, 'engine_error') && error.context['bridge'] === MISSING.bridge;

type NetworkPort = Pick<DockerPort, 'ensureNetwork' | 'inspectNetwork'>;

async function inspect(docker: NetworkPort, owner: string): Promise<NetworkFacts> {
  const facts = await docker.inspectNetwork(networkName(owner));
  if (facts !== null) return facts;
  throw new ThawError('engine_error', 'The network of the sandboxes is gone.', { context: MISSING });
}

function earlierSubnet(store: Pick<Store, 'meta'>): NetworkSubnet | undefined {
  const [subnet, gateway] = (store.meta(SUBNET_KEY) ?? '').split(' ');
  return subnet === undefined || gateway === undefined ? undefined : { subnet, gateway };
}

/** Makes the network when there is none, with the addresses that it had before. */
export async function ensureNetwork(
  docker: NetworkPort,
  store: Pick<Store, 'meta' | 'putMeta'>,
  owner: string,
): Promise<void> {
  const { created } = await docker.ensureNetwork(networkName(owner), labelsFor(owner, 'network'), {
    bridge: bridgeName(owner),
    subnet4: earlierSubnet(store),
    subnet6: networkSubnet6(owner),
  });
  if (!created) return;
  const [first] = (await inspect(docker, owner)).prefixes.filter(({ subnet }) => !subnet.includes(':'));
  if (first !== undefined) store.putMeta(SUBNET_KEY, `${first.subnet} ${first.gateway.split('/')[0]}`);
}

interface Parts {
  readonly docker: NetworkPort;
  readonly host: Pick<HostControl, 'network'>;
  readonly store: Pick<Store, 'meta' | 'putMeta'>;
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Logger;
}

export class SandboxBridge {
  readonly #parts: Parts;
  readonly #places = new Set<HostPlace>();
  #facts: Promise<NetworkFacts> | null = null;
  #here: boolean | null = null;
  #rebuilding: Promise<void> | null = null;
  #cancelCheck: () => void = () => undefined;
  #closed = false;
  /** The number of the bridge's interface when it was last looked at: another one has none of the ports. */
  #index: string | null = null;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether Thaw attaches containers. Without the host helper Docker does. */
  get isOurs(): boolean {
    return this.#parts.host.network !== null;
  }

  /** The facts of the network, which are fixed when it is made; it is made when it is not there. */
  facts(): Promise<NetworkFacts> {
    this.#facts ??= this.#find().catch((error: unknown) => {
      this.#facts = null;
      throw error;
    });
    return this.#facts;
  }

  async #find(): Promise<NetworkFacts> {
    const { docker, store, owner } = this.#parts;
    try {
      return await inspect(docker, owner);
    } catch (error) {
      if (!isMissing(error)) throw error;
      await ensureNetwork(docker, store, owner);
      return await inspect(docker, owner);
    }
  }

  /** Whether this process is in the bridge's own network, so that the addresses of sandboxes lead to them and to nobody else. */
  async isHere(): Promise<boolean> {
    if (!this.isOurs) return false;
    const { bridge, gateways } = await this.facts();
    this.#here ??= (networkInterfaces()[bridge] ?? []).some(({ address }) => gateways.includes(address));
    return this.#here;
  }

  /** Begins to look after the bridge. */
  watch(): void {
    if (!this.isOurs || this.#closed) return;
    this.#cancelCheck = this.#parts.clock.schedule(CHECK_MS, () => {
      void this.#check().finally(() => this.watch());
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelCheck();
    this.#places.clear();
  }

  /** Attaches a container and answers its address; one that is attached keeps it. Throws `engine_error`. */
  async plug(place: HostPlace): Promise<string> {
    const network = this.#network();
    try {
      return await network.plug(place, await this.#link());
    } catch (error) {
      if (!isMissing(error)) throw error;
      await this.#rebuild();
      return await network.plug(place, await this.#link());
    }
  }

  /** Until `gone` resolves a container is attached to every bridge that replaces this one. */
  keep(place: HostPlace, gone: Promise<unknown>): void {
    if (!this.isOurs) return;
    this.#places.add(place);
    void gone.then(() => this.#places.delete(place));
  }

  #network(): HostNetwork {
    const { network } = this.#parts.host;
    if (network === null)
      throw new ThawError('internal', 'Containers are attached by the Docker Engine here.');
    return network;
  }

  async #link(): Promise<NetworkLink> {
    const { bridge, prefixes } = await this.facts();
    const gateways = prefixes.map(({ gateway }) => gateway);
    const gateway4 = gateways.find((gateway) => !gateway.includes(':'));
    if (gateway4 === undefined)
      throw new ThawError('engine_error', `The bridge ${bridge} has no IPv4 address.`);
    const gateway6 = gateways.find((gateway) => gateway.includes(':')) ?? null;
    return { bridge, portPrefix: portPrefix(this.#parts.owner), gateway4, gateway6 };
  }

  async #check(): Promise<void> {
    if (this.#places.size === 0) return;
    const { log } = this.#parts;
    try {
      const { bridge } = await this.facts();
      const index = await this.#network().readHostFile(`/sys/class/net/${bridge}/ifindex`);
      const isSame = this.#index === null || this.#index === index;
      this.#index = index;
      if (isSame) return;
    } catch (error) {
      if (!isThawError(error, 'file_not_found') && !isMissing(error)) return;
    }
    if (!this.#closed) {
      await this.#rebuild().catch((cause: unknown) =>
        log.warn(
          { err: cause },
          "the sandboxes' network is gone and could not be made again; that is tried again",
        ),
      );
    }
  }

  #rebuild(): Promise<void> {
    this.#rebuilding ??= this.#makeAnew().finally(() => {
      this.#rebuilding = null;
    });
    return this.#rebuilding;
  }

  async #makeAnew(): Promise<void> {
    const { docker, store, owner, log } = this.#parts;
    log.warn({ sandboxes: this.#places.size }, "the sandboxes' network is gone; it is made again");
    await ensureNetwork(docker, store, owner);
    this.#facts = null;
    this.#here = null;
    this.#index = null;
    const link = await this.#link();
    for (const place of this.#places) {
      await this.#network()
        .plug(place, link)
        .catch((error: unknown) =>
          log.debug({ err: error, container: place.containerId }, 'not attached again'),
        );
    }
  }
}
