/** The terminals of all sandboxes: made, found and ended; a sandbox's stop ends its own. */
import type { CreateTerminal } from '../../../schemas/terminals.ts';
import type { CallContext } from '../../backend/port.ts';
import type { TerminalOperations } from '../../backend/terminal-operations.ts';
import { ThawError } from '../../errors.ts';
import { newUuid } from '../../ids.ts';
import type { EngineContext } from '../context.ts';
import { touch } from '../exec/run-program.ts';
import { startDirectory } from '../exec/start-directory.ts';
import { requireGuest } from '../lifecycle/supervise.ts';
import type { ManagedSandbox, Visit } from '../managed-sandbox.ts';
import { LiveTerminal, type Size } from './live-terminal.ts';

const MAX_TERMINALS = 64;
const DEFAULT_SIZE: Size = { cols: 80, rows: 24 };
const TERM = 'xterm-256color';

export function terminalOperations(context: EngineContext): TerminalOperations {
  const all = new WeakMap<ManagedSandbox, Map<string, LiveTerminal>>();

  /** The terminals of a sandbox, which are gone when it stops. */
  const terminalsOf = (sandbox: ManagedSandbox): Map<string, LiveTerminal> => {
    const known = all.get(sandbox);
    if (known !== undefined) return known;
    const terminals = new Map<string, LiveTerminal>();
    const visit: Visit = {
      end(reason) {
        sandbox.visits.delete(visit);
        all.delete(sandbox);
        for (const terminal of terminals.values()) terminal.lose(reason);
      },
    };
    sandbox.visits.add(visit);
    all.set(sandbox, terminals);
    return terminals;
  };

  const find = (name: string, id: string, call: CallContext): LiveTerminal => {
    const sandbox = context.registry.find(name, call);
    const terminal = all.get(sandbox)?.get(id);
    if (terminal === undefined)
      throw new ThawError(
        'terminal_not_found',
        `There is no terminal ${id} in sandbox ${sandbox.record.name}.`,
      );
    touch(context, sandbox, call);
    return terminal;
  };

  /** Room for one more: those that ended go first. */
  const makeRoom = (terminals: Map<string, LiveTerminal>): void => {
    if (terminals.size < MAX_TERMINALS) return;
    const over = [...terminals].find(([, terminal]) => terminal.isOver);
    if (over === undefined)
      throw new ThawError('capacity', `A sandbox has at most ${MAX_TERMINALS} terminals.`, {
        next: 'Delete one of them.',
      });
    terminals.delete(over[0]);
  };

  const create = async (name: string, input: CreateTerminal, call: CallContext) => {
    const sandbox = context.registry.find(name, call);
    const { agent } = await requireGuest(context, sandbox);
    const { record } = sandbox;
    const { user, env, imageId } = record;
    const cwd = startDirectory(context, record, user, input.cwd === '' ? undefined : input.cwd);
    const id = input.id ?? newUuid();
    const terminals = terminalsOf(sandbox);
    if (terminals.has(id)) throw new ThawError('terminal_exists', `There is a terminal ${id} already.`);
    makeRoom(terminals);
    const shell = context.snapshots.traits(imageId)?.shell ?? '/bin/sh';
    const envs = input.envs ?? {};
    const terminal = new LiveTerminal(
      {
        id,
        cwd: cwd ?? '',
        envs,
        lazyStart: input.lazyStart ?? false,
        createdAtMs: context.clock.now(),
      },
      { cols: input.cols ?? DEFAULT_SIZE.cols, rows: input.rows ?? DEFAULT_SIZE.rows },
      async (pty) =>
        await agent.spawn({
          argv: [shell, '-l'],
          env: { ...env, TERM, ...envs },
          user,
          pty,
          ...(cwd === undefined ? {} : { cwd }),
        }),
    );
    terminals.set(id, terminal);
    touch(context, sandbox, call);
    try {
      if (input.lazyStart !== true) await terminal.start();
    } catch (error) {
      terminals.delete(id);
      throw error;
    }
    return terminal.toApi();
  };

  return {
    create,
    list: async (name, call) => {
      const sandbox = context.registry.find(name, call);
      return await Promise.resolve(
        [...(all.get(sandbox)?.values() ?? [])].map((terminal) => terminal.toApi()),
      );
    },
    get: async (name, id, call) => await Promise.resolve(find(name, id, call).toApi()),
    async resize(name, id, size, call) {
      const terminal = find(name, id, call);
      await terminal.resize(size);
      return terminal.toApi();
    },
    async delete(name, id, call) {
      const terminal = find(name, id, call);
      const last = terminal.toApi();
      all.get(context.registry.find(name, call))?.delete(id);
      await terminal.end();
      return last;
    },
    connect: async (name, id, call) => await find(name, id, call).connect(),
  };
}
