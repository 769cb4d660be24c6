/** Commands in the guest. */
import type { AgentLink } from './agent-link.ts';
import { unreachable } from './agent-link.ts';
import { type Channel, type ChannelExit, StartFailure } from './channel.ts';
import { withDeadline } from './deferred.ts';
import { spawnError } from './errno.ts';
import { handOverChannel } from './handover-operation.ts';
import type { GuestProcess, OutputName, ProcessExit, SpawnOptions } from './port.ts';
import { encodeSpawn } from './spawn-request.ts';

const SIGKILL = 9;

class ChannelProcess implements GuestProcess {
  readonly pid: number;
  readonly exited: Promise<ProcessExit>;
  readonly #channel: Channel;
  readonly #link: AgentLink;

  constructor(pid: number, channel: Channel, link: AgentLink) {
    this.pid = pid;
    this.#link = link;
    this.#channel = channel;
    this.exited = channel.exited.then(toExit);
    // Whoever waits for the end sees the error; nobody has to.
    this.exited.catch(() => undefined);
  }

  output(name: OutputName): AsyncIterable<Buffer> {
    return this.#channel.outputs[name === 'stdout' ? 0 : 1];
  }

  async write(data: Buffer): Promise<void> {
    await this.#channel.input.write(data);
  }

  closeStdin(): void {
    this.#channel.input.end();
  }

  resize({ cols, rows }: { readonly cols: number; readonly rows: number }): void {
    this.#channel.resize(cols, rows);
  }

  signal(signal: number): void {
    this.#channel.signal(signal);
  }

  hold(): void {
    for (const output of this.#channel.outputs) output.hold();
  }

  resume(): void {
    for (const output of this.#channel.outputs) output.resume();
  }

  async handOver(directory: string): Promise<boolean> {
    const { id, outputs } = this.#channel;
    const request = { channel: id, consumed: outputs.map((output) => output.consumedBytes), directory };
    try {
      const given = await handOverChannel(this.#link, request);
      if (given) for (const output of outputs) output.drop();
      return given;
    } finally {
      this.resume();
    }
  }
}

const toExit = ({ kind, value }: ChannelExit): ProcessExit =>
  kind === 'signal' ? { code: null, signal: value } : { code: value, signal: null };

/** Starts a command. `processId` is the engine's number for it. Throws as `AgentConnection.spawn` says. */
export async function spawnProcess(
  link: AgentLink,
  options: SpawnOptions,
  processId: number,
  timeoutMs: number,
): Promise<GuestProcess> {
  const channel = link.open(encodeSpawn(options, processId));
  try {
    const pid = await withDeadline(channel.started, timeoutMs, () =>
      unreachable(`The guest agent did not start the command within ${timeoutMs} ms.`),
    );
    return new ChannelProcess(pid, channel, link);
  } catch (error) {
    if (error instanceof StartFailure) {
      const { argv, cwd = 'of the user', user = 'root' } = options;
      throw spawnError(error.failure, { program: argv[0] ?? '', cwd, user });
    }
    channel.signal(SIGKILL);
    channel.release(unreachable('The command was given up before it started.'));
    throw error;
  }
}
