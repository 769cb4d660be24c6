/**
 * The settings of one connection: taken from the relay's flags and variables, sent to the owner as a private first line
 * (`src/server/handshake.ts` reads it), and kept from an owner that this relay starts, which serves others too.
 */
import type { Environment } from '../../config.ts';
import { surfaceOptions } from '../../control/surface-options.ts';
import type { Flags } from '../command.ts';

export interface ConnectionStart {
  /** What goes in front of the client's bytes; null when nothing is set. */
  readonly line: string | null;
  readonly ownerArgs: readonly string[];
  readonly ownerEnvironment: Environment;
}

/** The arguments without the flags of a connection, each given as `--flag value`, `--flag=value` or `--flag`. */
function without(args: readonly string[]): readonly string[] {
  const kinds = new Map<string, string>(
    Object.values(surfaceOptions).map(({ flag, kind }) => [`--${flag}`, kind]),
  );
  const left: string[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const [name = ''] = args[at]?.split('=', 1) ?? [];
    const kind = kinds.get(name);
    if (kind === undefined) left.push(args[at] ?? '');
    else if (kind !== 'switch' && args[at] === name) at += 1;
  }
  return left;
}

/** Flags count more than variables. Nothing is checked here: the owner knows the tools. */
export function connectionSettings(
  flags: Flags,
  args: readonly string[],
  environment: Environment,
): ConnectionStart {
  const said: Record<string, string | boolean> = {};
  const ownerEnvironment: Record<string, string | undefined> = { ...environment };
  for (const [name, { flag, variable }] of Object.entries(surfaceOptions)) {
    const value = flags[flag] ?? environment[variable];
    if (value !== undefined && value !== '') said[name] = value;
    delete ownerEnvironment[variable];
  }
  const line = Object.keys(said).length === 0 ? null : `${JSON.stringify({ thaw: said })}\n`;
  return { line, ownerArgs: without(args), ownerEnvironment };
}
