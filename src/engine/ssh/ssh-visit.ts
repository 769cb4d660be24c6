/** One connection of a token's holder: what it may do in the sandbox, and how it ends. */
import type { AccessProcess, ProcessSettings, SandboxAccess } from '../../backend/sandbox-access.ts';
import { ThawError } from '../../errors.ts';
import { randomHex } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox } from '../managed-sandbox.ts';
import type { SandboxRecord, SshAccessRecord } from '../store/records.ts';
import { connectUnix, listenInSandbox, type StartProgram } from './forward-streams.ts';

/** As the API does it: an open connection is activity, noted this often. */
const TOUCH_MS = 45_000;
/** The longest that a timer can be set to. */
const MAX_TIMER_MS = 2_147_483_647;

interface Parts {
  readonly context: EngineContext;
  readonly sandbox: ManagedSandbox;
  readonly record: SshAccessRecord;
  /** Called once when it is over, whoever ended it. */
  readonly onClosed: () => void;
}

export interface SshVisit extends SandboxAccess {
  readonly accessId: string;
  end(reason: ThawError): void;
}

/** Runs `task` every `delayMs` until the returned function is called. */
function every({ clock }: EngineContext, delayMs: number, task: () => void): () => void {
  let cancel: () => void = () => undefined;
  const next = (): void => {
    cancel = clock.schedule(delayMs, () => {
      task();
      next();
    });
  };
  next();
  return () => cancel();
}

/** Runs `task` at a time however far away. */
function at({ clock }: EngineContext, time: number, task: () => void): () => void {
  let cancel: () => void = () => undefined;
  const next = (): void => {
    const left = time - clock.now();
    cancel = clock.schedule(Math.min(Math.max(left, 0), MAX_TIMER_MS), left > MAX_TIMER_MS ? next : task);
  };
  next();
  return () => cancel();
}

/** The sandbox's own loopback address that `host` means. Throws `permission_denied`: what is beyond it is reached by its policy alone. */
function loopback({ id, name }: SandboxRecord, host: string): string {
  if (host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) return host;
  if ([id, name, 'localhost'].includes(host)) return 'localhost';
  throw new ThawError('permission_denied', 'Only ports of the sandbox itself are forwarded.', {
    next: 'Use localhost as the host: the sandbox is meant.',
  });
}

export function openVisit({ context, sandbox, record, onClosed }: Parts): SshVisit {
  const { registry, snapshots } = context;
  const controller = new AbortController();
  const finish = (): void => {
    if (!sandbox.visits.delete(visit)) return;
    stopTouching();
    stopExpiry();
    sandbox.runningCommands -= 1;
    registry.touch(sandbox);
    onClosed();
  };
  const run = async (
    argv: (shell: string) => readonly string[],
    { env, pty }: ProcessSettings,
  ): Promise<AccessProcess> => {
    const { agent } = await requireGuest(context, sandbox);
    controller.signal.throwIfAborted();
    const { user, imageId } = sandbox.record;
    const shell = snapshots.traits(imageId)?.shell ?? '/bin/sh';
    return await agent.spawn({
      argv: argv(shell),
      env: { ...sandbox.record.env, ...env },
      user,
      ...(pty === undefined ? { stdin: true } : { pty }),
    });
  };
  /** What the agent's program does beside being an agent; a sandbox that is reached by `docker exec` lacks it. */
  const program: StartProgram = async (argv) => {
    if (context.volume !== null) return await run(() => argv, { env: {} });
    throw new ThawError(
      'unsupported',
      'File transfer and forwarding need the guest agent, and there is none.',
      {
        next: 'Run `thaw doctor` on the host to see how to get it.',
      },
    );
  };
  const visit: SshVisit = {
    accessId: record.id,
    sandbox: sandbox.record.name,
    ended: controller.signal,
    shell: async (settings) => await run((shell) => [shell, '-l'], settings),
    command: async (text, settings) => await run((shell) => [shell, '-c', text], settings),
    sftp: async () => await program([AGENT_PATH, 'sftp-server']),
    async dial(host, port) {
      const { agent } = await requireGuest(context, sandbox);
      return await agent.dial(port, loopback(sandbox.record, host));
    },
    dialUnix: async (path) => await connectUnix(program, path),
    listen: async (address) => await listenInSandbox(program, address, randomHex(16)),
    end(reason) {
      finish();
      controller.abort(reason);
    },
    close: finish,
  };
  sandbox.visits.add(visit);
  sandbox.runningCommands += 1;
  registry.touch(sandbox);
  const stopTouching = every(context, TOUCH_MS, () => registry.touch(sandbox));
  const stopExpiry = at(context, record.expiresAt, () =>
    visit.end(new ThawError('permission_denied', 'The SSH token has expired.')),
  );
  return visit;
}
