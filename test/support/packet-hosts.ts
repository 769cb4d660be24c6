/**
 * The other side for network tests: a network namespace that has any addresses one wants, is the way to all of them for the
 * sandboxes that are linked to it, answers TCP, UDP and ICMP, and counts what arrives; and a watch that counts what sandboxes
 * send over their own network. Needs root on Linux, as the tests' own Docker Engine does.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const PROGRAM = fileURLToPath(new URL('packet-host.py', import.meta.url));

/** What came, by protocol, address and port: `tcp 198.51.100.10 80`. */
export type Arrivals = ReadonlyMap<string, number>;

class Counter {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(argv: readonly [string, ...string[]]) {
    const [program, ...rest] = argv;
    this.#process = spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'] });
    if (this.#process.stdout === null) throw new Error('the counter has no output');
    this.#lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  }

  async line(): Promise<string> {
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the counter ended');
    return line.value;
  }

  /** What arrived since the last call. */
  async arrivals(): Promise<Arrivals> {
    this.#process.stdin?.write('arrivals\n');
    const counts: unknown = JSON.parse(await this.line());
    if (typeof counts !== 'object' || counts === null) throw new Error('the counter answers nonsense');
    return new Map(Object.entries(counts).map(([what, count]) => [what, Number(count)]));
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin?.end();
    await ended;
  }
}

/**
 * Counts packets from addresses that begin with `source` as they reach the host over a bridge, and ends those to `sinks`
 * (IPv4) there: what a sandbox is allowed to send never leaves the machine, and nobody answers it.
 */
export class BridgeWatch {
  readonly #counter: Counter;
  readonly #sinks: readonly string[];

  private constructor(counter: Counter, sinks: readonly string[]) {
    this.#counter = counter;
    this.#sinks = sinks;
  }

  static async open(bridge: string, source: string, sinks: readonly string[]): Promise<BridgeWatch> {
    for (const sink of sinks) await run('ip', ['route', 'replace', 'blackhole', `${sink}/32`]);
    const watch = new BridgeWatch(new Counter(['python3', '-u', PROGRAM, bridge, source]), sinks);
    await watch.#counter.line();
    return watch;
  }

  arrivals(): Promise<Arrivals> {
    return this.#counter.arrivals();
  }

  async close(): Promise<void> {
    await this.#counter.end();
    for (const sink of this.#sinks) await run('ip', ['route', 'delete', 'blackhole', `${sink}/32`]);
  }
}

const isSix = (address: string): boolean => address.includes(':');

export class PacketHost {
  readonly #namespace: string;
  readonly #counter: Counter;
  #links = 0;

  private constructor(namespace: string, counter: Counter) {
    this.#namespace = namespace;
    this.#counter = counter;
  }

  /** A host with these addresses, IPv4 and IPv6, without prefix lengths. */
  static async open(addresses: readonly string[]): Promise<PacketHost> {
    const namespace = `thaw-test-${randomBytes(4).toString('hex')}`;
    await run('ip', ['netns', 'add', namespace]);
    try {
      const inside = (line: string) => run('ip', ['-n', namespace, ...line.split(' ')]);
      await inside('link set lo up');
      // With an address of its own: it would be that of a port otherwise, and change with those that come and go.
      await inside('link add hub address 02:00:00:00:00:01 type bridge forward_delay 0');
      await inside('link set hub up');
      for (const address of addresses)
        await inside(
          `address add ${address}/${isSix(address) ? '128' : '32'} dev hub${isSix(address) ? ' nodad' : ''}`,
        );
      // Sandboxes are found without routers: everything is on this link.
      await inside('route add default dev hub');
      await inside('-6 route add default dev hub');
      const argv = ['ip', 'netns', 'exec', namespace, 'python3', '-u', PROGRAM, 'hub'] as const;
      const host = new PacketHost(namespace, new Counter([...argv]));
      await host.#counter.line();
      return host;
    } catch (error) {
      await run('ip', ['netns', 'delete', namespace]);
      throw error;
    }
  }

  /** Makes this host the way out of a container's network, whatever the address. `pid` is its init process. */
  async link(pid: number): Promise<void> {
    this.#links += 1;
    const [near, far] = [`tt${randomBytes(4).toString('hex')}`, `port${this.#links}`];
    const six = `2001:db8:ffff::${this.#links.toString(16)}`;
    await run('ip', ['link', 'add', far, 'netns', this.#namespace, 'type', 'veth', 'peer', 'name', near]);
    await run('ip', ['link', 'set', near, 'netns', String(pid)]);
    await run('ip', ['-n', this.#namespace, 'link', 'set', far, 'master', 'hub', 'up']);
    const enter = ['-t', String(pid), '-n'];
    const inside = (line: string) => run('nsenter', [...enter, 'ip', ...line.split(' ')]);
    // Docker turns IPv6 on for its own interface alone.
    await run('nsenter', [...enter, 'sh', '-c', `echo 0 > /proc/sys/net/ipv6/conf/${near}/disable_ipv6`]);
    await inside(`link set ${near} up`);
    await inside(`-6 address add ${six}/128 dev ${near} nodad`);
    await inside(`route replace default dev ${near}`);
    await inside('-6 route flush default');
    await inside(`-6 route add default dev ${near}`);
  }

  /** Whether a connection from here to a sandbox comes about within a second. */
  async connects(address: string, port: number): Promise<boolean> {
    const program = `import socket; socket.create_connection(('${address}', ${port}), timeout=1)`;
    return await run('ip', ['netns', 'exec', this.#namespace, 'python3', '-c', program]).then(
      () => true,
      () => false,
    );
  }

  arrivals(): Promise<Arrivals> {
    return this.#counter.arrivals();
  }

  /** Its links go with its namespace. */
  async close(): Promise<void> {
    await this.#counter.end();
    await run('ip', ['netns', 'delete', this.#namespace]);
  }
}
