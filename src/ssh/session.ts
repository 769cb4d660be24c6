/** One session channel: what it is told before it starts, the one process that it runs, and how that ended. */
import type { PseudoTtyInfo, ServerChannel, Session, WindowChangeInfo } from 'ssh2';
import type { AccessProcess, ProcessSettings, SandboxAccess } from '../backend/sandbox-access.ts';
import { toThawError } from '../errors.ts';
import { relayInput, relayOutput } from './relay.ts';
import { SessionEnvironment, safeTerm } from './session-environment.ts';
import { SIGHUP, signalName, signalNumber } from './signals.ts';
import { EXIT_FAILED, type Visitor } from './visitor.ts';

const MAX_CELLS = 65_535;
const DEFAULT_SIZE = { cols: 80, rows: 24 } as const;

type Start = (settings: ProcessSettings) => Promise<AccessProcess>;
/** ssh2 hands none to requests that want no answer, whatever its types say. */
type Answer = (() => unknown) | undefined;

interface Size {
  readonly cols: number;
  readonly rows: number;
}

const fit = (value: number, fallback: number): number => Math.min(value > 0 ? value : fallback, MAX_CELLS);
const sizeOf = ({ cols, rows }: Size): Size => ({
  cols: fit(cols, DEFAULT_SIZE.cols),
  rows: fit(rows, DEFAULT_SIZE.rows),
});

/** Tells the peer how the process ended; a signal that SSH has no name for as shells do. */
function sendExit(channel: ServerChannel, { code, signal }: Awaited<AccessProcess['exited']>): void {
  const name = signal === null ? null : signalName(signal);
  if (name !== null) channel.exit(name, false, '');
  else channel.exit(code ?? 128 + (signal ?? 0));
}

class ServedSession {
  readonly #visitor: Visitor;
  readonly #environment = new SessionEnvironment();
  #terminal: { readonly term: string; size: Size } | null = null;
  #process: AccessProcess | null = null;
  readonly #access: SandboxAccess;
  readonly #over = new AbortController();

  constructor(visitor: Visitor, access: SandboxAccess) {
    this.#visitor = visitor;
    this.#access = access;
  }

  openTerminal({ term, cols, rows }: PseudoTtyInfo): void {
    this.#terminal = { term: safeTerm(term), size: sizeOf({ cols, rows }) };
  }

  resize({ cols, rows }: WindowChangeInfo): void {
    if (this.#terminal === null) return;
    this.#terminal.size = sizeOf({ cols, rows });
    this.#process?.resize(this.#terminal.size);
  }

  signal(name: string): boolean {
    const number = signalNumber(name);
    if (number === null || this.#process === null) return false;
    this.#process.signal(number);
    return true;
  }

  setVariable(name: string, value: string): boolean {
    return this.#environment.set(name, value);
  }

  /** Runs what `start` starts on a channel that was accepted, to its end. */
  async run(channel: ServerChannel, start: Start): Promise<void> {
    const output = this.#visitor.register(channel);
    try {
      const terminal = this.#terminal;
      const process = await start({
        env: this.#environment.build(terminal?.term ?? null),
        ...(terminal === null ? {} : { pty: terminal.size }),
      });
      this.#process = process;
      if (terminal !== null) process.resize(terminal.size);
      // As when a terminal is closed; what is to live on without one ignores it.
      const hangUp = (): void => {
        process.signal(SIGHUP);
        process.closeStdin();
      };
      void output.closed.then(hangUp);
      this.#access.ended.addEventListener('abort', hangUp, { once: true, signal: this.#over.signal });
      relayInput(channel, { write: (data) => process.write(data), end: () => process.closeStdin() });
      await Promise.all([
        relayOutput(process.output('stdout'), output),
        relayOutput(process.output('stderr'), output, 'stderr'),
      ]);
      sendExit(channel, await process.exited);
    } catch (error) {
      const { message, next } = toThawError(error);
      this.#visitor.noteFailure(error);
      await output.write(`thaw: ${message}\r\nthaw: ${next}\r\n`, 'stderr');
      channel.exit(EXIT_FAILED);
    } finally {
      this.#process = null;
      this.#over.abort();
      channel.end();
    }
  }
}

/** Serves a session that was accepted. Terminal and variables come first, then one of shell, command and subsystem. */
export function serveSession(session: Session, access: SandboxAccess, visitor: Visitor): void {
  const served = new ServedSession(visitor, access);
  const answer = (taken: boolean, accept: Answer, reject: Answer): void => {
    if (taken) accept?.();
    else reject?.();
  };
  session.on('pty', (accept, _reject, info) => {
    served.openTerminal(info);
    answer(true, accept, undefined);
  });
  session.on('window-change', (accept, _reject, info) => {
    served.resize(info);
    answer(true, accept, undefined);
  });
  session.on('env', (accept, reject, { key, val }) => answer(served.setVariable(key, val), accept, reject));
  session.on('signal', (accept, reject, { name }) => answer(served.signal(name), accept, reject));
  const run = (accept: (() => ServerChannel | undefined) | undefined, start: Start): void => {
    // At once: the peer may send the end of its input next, and ssh2 accepts nothing behind it.
    const channel = accept?.();
    if (channel !== undefined) visitor.attend(served.run(channel, start));
  };
  session.on('shell', (accept) => run(accept, (settings) => access.shell(settings)));
  session.on('exec', (accept, _reject, { command }) =>
    run(accept, (settings) => access.command(command, settings)),
  );
  session.on('subsystem', (accept, reject: Answer, { name }) => {
    if (name === 'sftp') run(accept, () => access.sftp());
    else reject?.();
  });
}
