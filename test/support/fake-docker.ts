/**
 * A strict Docker Engine in memory: it holds containers with a fake agent each, answers what the lifecycle of sandboxes
 * needs, and throws on every other call and on every call that makes no sense.
 */
import { randomBytes } from 'node:crypto';
import { deferred } from '../../src/engine/agent/deferred.ts';
import type { ContainerEvent } from '../../src/engine/docker/container-event.ts';
import type {
  ContainerLimits,
  ContainerSpec,
  DockerPort,
  LabelFilter,
} from '../../src/engine/docker/port.ts';
import { ThawError } from '../../src/errors.ts';
import { asContainerId, type ContainerId } from '../../src/ids.ts';
import { FakeAgentStream } from './fake-agent.ts';
import { fixedAnswers, type LabelledObjects, matches, sharedObjects } from './fake-docker-answers.ts';

interface FakeContainer {
  readonly id: ContainerId;
  readonly spec: ContainerSpec;
  limits: ContainerLimits;
  running: boolean;
  paused: boolean;
  exitCode: number;
  streams: FakeAgentStream[];
  ended: (() => void)[];
}

type Operation =
  | 'createContainer'
  | 'startContainer'
  | 'killContainer'
  | 'pauseContainer'
  | 'unpauseContainer'
  | 'removeContainer'
  | 'updateLimits'
  | 'removeVolume';

/** What the next call of an operation does in place of its work: it throws, or it waits until it is let go. */
type Fault =
  | { readonly kind: 'fail' }
  | { readonly kind: 'hang'; readonly reach: () => void; readonly released: Promise<void> };

export interface HangingCall {
  /** Resolves when the call hangs. */
  readonly reached: Promise<void>;
  /** Lets it do its work. */
  readonly release: () => void;
}

/** Everything else runs in between, as with a real daemon. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const mountsVolume = ({ mounts }: ContainerSpec, name: string): boolean =>
  mounts.some(({ kind, source }) => kind === 'volume' && source === name);

const broken = (operation: string): ThawError =>
  new ThawError('engine_error', `The Docker Engine could not ${operation} (500): planned by the test`);

export class FakeDocker {
  readonly containers = new Map<ContainerId, FakeContainer>();
  readonly volumes: LabelledObjects = new Map();
  readonly networks: LabelledObjects = new Map();
  readonly #listeners = new Set<(event: ContainerEvent) => void>();
  readonly #faults = new Map<Operation, Fault>();

  /** The next call of `operation` fails. */
  failNext(operation: Operation): void {
    this.#faults.set(operation, { kind: 'fail' });
  }

  /** The next call of `operation` hangs until it is released. */
  hangNext(operation: Operation): HangingCall {
    const [reached, released] = [deferred<void>(), deferred<void>()];
    this.#faults.set(operation, { kind: 'hang', reach: () => reached.resolve(), released: released.promise });
    return { reached: reached.promise, release: () => released.resolve() };
  }

  /** Faults that nobody met are taken back. */
  heal(): void {
    this.#faults.clear();
  }

  /** The container of a sandbox, by its label. */
  of(sandboxId: string): FakeContainer | null {
    return (
      [...this.containers.values()].find(({ spec }) => spec.labels['thaw.sandbox'] === sandboxId) ?? null
    );
  }

  /** Ends a container from outside. */
  end(container: FakeContainer, exitCode: number): void {
    if (!container.running) return;
    Object.assign(container, { running: false, paused: false, exitCode });
    for (const stream of container.streams.splice(0)) stream.destroy();
    for (const tell of container.ended.splice(0)) tell();
    this.#emit('die', container);
  }

  #emit(action: ContainerEvent['action'], { id, spec, exitCode }: FakeContainer): void {
    for (const tell of this.#listeners) tell({ action, id, labels: spec.labels, exitCode });
  }

  async #enter(operation: Operation): Promise<void> {
    const fault = this.#faults.get(operation);
    this.#faults.delete(operation);
    await turn();
    if (fault?.kind === 'fail') throw broken(operation);
    if (fault?.kind !== 'hang') return;
    fault.reach();
    await fault.released;
  }

  #at(id: ContainerId): FakeContainer {
    const container = this.containers.get(id);
    if (container === undefined) throw new ThawError('engine_error', 'No such container (404)');
    return container;
  }

  async #create(spec: ContainerSpec): Promise<ContainerId> {
    await this.#enter('createContainer');
    const missing = spec.mounts.find(({ kind, source }) => kind === 'volume' && !this.volumes.has(source));
    if (missing !== undefined) throw new Error(`the daemon would make ${missing.source} without an owner`);
    const id = asContainerId(randomBytes(32).toString('hex'));
    const state = { running: false, paused: false, exitCode: 0, streams: [], ended: [] };
    this.containers.set(id, { id, spec, limits: spec.limits ?? {}, ...state });
    return id;
  }

  async #kill(id: ContainerId): Promise<void> {
    await this.#enter('killContainer');
    const container = this.containers.get(id);
    if (container?.paused === true) throw new Error('a frozen container is not killed: thaw it first');
    if (container !== undefined) this.end(container, 137);
  }

  async #wait(id: ContainerId): Promise<void> {
    await turn();
    const container = this.containers.get(id);
    if (container?.running === true) await new Promise<void>((resolve) => container.ended.push(resolve));
  }

  async #freeze(id: ContainerId, paused: boolean): Promise<void> {
    await this.#enter(paused ? 'pauseContainer' : 'unpauseContainer');
    const container = this.#at(id);
    if (!container.running) {
      // As the real one: unpausing what does not run is a conflict, which the client tolerates.
      if (paused) throw new ThawError('engine_error', 'Container is not running (409)');
      return;
    }
    container.paused = paused;
    if (!paused) for (const stream of container.streams) stream.proceed();
  }

  async #remove(id: ContainerId): Promise<void> {
    await this.#enter('removeContainer');
    const container = this.containers.get(id);
    if (container === undefined) return;
    if (container.paused) throw new Error('a frozen container is not removed: thaw it first');
    this.end(container, 137);
    this.containers.delete(id);
    this.#emit('destroy', container);
  }

  async #removeVolume(name: string): Promise<void> {
    await this.#enter('removeVolume');
    const users = [...this.containers.values()].filter(({ spec }) => mountsVolume(spec, name));
    if (users.length > 0) throw new ThawError('engine_error', 'volume is in use (409)');
    this.volumes.delete(name);
  }

  async #attach(id: ContainerId): Promise<FakeAgentStream> {
    await turn();
    const container = this.#at(id);
    const stream = new FakeAgentStream({
      isFrozen: () => container.paused || !container.running,
      onShutdown: () => this.end(container, 0),
    });
    container.streams.push(stream);
    return stream;
  }

  async *#events(labels: LabelFilter, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const queue: ContainerEvent[] = [];
    let wake: () => void = () => undefined;
    const listener = (event: ContainerEvent): void => {
      if (matches(event.labels, labels)) queue.push(event);
      wake();
    };
    this.#listeners.add(listener);
    const stop = (): void => wake();
    signal.addEventListener('abort', stop);
    try {
      while (!signal.aborted) {
        const event = queue.shift();
        if (event !== undefined) yield event;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }

  /** The port that an engine uses. */
  port(): DockerPort {
    return {
      ...fixedAnswers(),
      createContainer: (spec) => this.#create(spec),
      startContainer: async (id) => {
        await this.#enter('startContainer');
        const container = this.#at(id);
        container.running = true;
        for (const stream of container.streams) stream.proceed();
      },
      killContainer: (id) => this.#kill(id),
      waitContainer: (id) => this.#wait(id),
      pauseContainer: (id) => this.#freeze(id, true),
      unpauseContainer: (id) => this.#freeze(id, false),
      removeContainer: (id) => this.#remove(id),
      updateLimits: async (id, limits) => {
        await this.#enter('updateLimits');
        const container = this.#at(id);
        container.limits = { ...container.limits, ...limits };
      },
      inspectContainer: async (id) => {
        await turn();
        const container = this.containers.get(id);
        if (container === undefined) return null;
        const { spec, running, paused, exitCode } = container;
        const facts = { name: spec.name, imageId: 'sha256:fake', labels: spec.labels, pid: running ? 99 : 0 };
        const { cpuCores = null, memoryBytes = null } = { ...container.limits };
        const rest = {
          oomKilled: false,
          limits: { cpuCores, memoryBytes },
          upperDirectory: null,
          lowerDirectories: [],
        };
        return { id, ...facts, running, paused, exitCode, ...rest };
      },
      listContainers: async (labels) =>
        [...this.containers.values()]
          .filter(({ spec }) => matches(spec.labels, labels))
          .map(({ id, spec, running }) => ({
            id,
            labels: spec.labels,
            state: running ? 'running' : 'exited',
          })),
      attach: (id) => this.#attach(id),
      putArchive: async (_id, _path, tar) => {
        for await (const chunk of tar) void chunk;
      },
      ...sharedObjects(this.volumes, this.networks),
      removeVolume: (name) => this.#removeVolume(name),
      events: (labels, signal) => this.#events(labels, signal),
    };
  }
}
