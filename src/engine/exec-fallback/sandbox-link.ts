/** What the operations of one sandbox without an agent share: its container, and when it ended. */
import type { Duplex } from 'node:stream';
import { ThawError } from '../../errors.ts';
import type { ContainerId } from '../../ids.ts';
import { type Deferred, deferred } from '../agent/deferred.ts';
import type { DockerPort } from '../docker/port.ts';
import { Gate } from './gate.ts';

/** Starts of commands that one sandbox may ask of the daemon at once: it serves them one after another anyway. */
const STARTS_AT_ONCE = 4;

export const unreachable = (why: string, cause?: unknown): ThawError =>
  new ThawError('agent_unreachable', why, cause === undefined ? {} : { cause });

export class SandboxLink {
  readonly docker: DockerPort;
  readonly containerId: ContainerId;
  readonly starts = new Gate(STARTS_AT_ONCE);
  readonly #stream: Duplex;
  readonly #closed: Deferred<Error> = deferred();
  readonly #ended = new AbortController();
  #reason: Error | null = null;

  /** `stream` is attached to the first process, which never says anything: its end is the container's. */
  constructor(docker: DockerPort, containerId: ContainerId, stream: Duplex) {
    this.docker = docker;
    this.containerId = containerId;
    this.#stream = stream;
    const gone = (): void => this.close(unreachable('The container of the sandbox has ended.'));
    stream.on('data', () => undefined);
    stream.on('error', (error) => this.close(unreachable('The connection to the container broke.', error)));
    stream.on('end', gone);
    stream.on('close', gone);
  }

  get closed(): Promise<Error> {
    return this.#closed.promise;
  }

  get isOpen(): boolean {
    return !this.#ended.signal.aborted;
  }

  /** Aborts with the reason when the connection is over. */
  get signal(): AbortSignal {
    return this.#ended.signal;
  }

  /** Why the connection is over. */
  get reason(): Error {
    return this.#reason ?? unreachable('The connection to the sandbox is closed.');
  }

  requireOpen(): void {
    if (!this.isOpen) throw unreachable('The connection to the sandbox is closed.', this.#reason);
  }

  close(reason: Error): void {
    if (!this.isOpen) return;
    this.#reason = reason;
    this.#ended.abort(reason);
    this.#stream.destroy();
    this.#closed.resolve(reason);
  }
}
