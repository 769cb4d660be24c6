/** Where clients keep their configuration on each operating system. */
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { posix, win32 } from 'node:path';
import type { Environment } from '../config.ts';

export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly environment: Environment;
  /** Names in a directory; none when it cannot be read. */
  readonly list: (directory: string) => readonly string[];
}

/** Directories that clients build their paths from. */
interface Roots {
  readonly home: string;
  /** Where programs with windows keep their settings. */
  readonly settings: string;
  readonly join: (...parts: readonly string[]) => string;
}

export function listDirectory(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function rootsOf({ platform, environment }: Machine): Roots {
  const style = platform === 'win32' ? win32 : posix;
  const join = (...parts: readonly string[]): string => style.join(...parts);
  if (platform === 'win32') {
    const home = environment['USERPROFILE'] ?? homedir();
    return { home, settings: environment['APPDATA'] ?? join(home, 'AppData', 'Roaming'), join };
  }
  const home = environment['HOME'] ?? homedir();
  if (platform === 'darwin') return { home, settings: join(home, 'Library', 'Application Support'), join };
  const xdg = environment['XDG_CONFIG_HOME'];
  return { home, settings: xdg?.startsWith('/') === true ? xdg : join(home, '.config'), join };
}

/** Claude Desktop as a package of Windows sees its own copy of the settings directory, and no other. */
function packagedClaude(machine: Machine, { home, join }: Roots): string | null {
  const local = machine.environment['LOCALAPPDATA'] ?? join(home, 'AppData', 'Local');
  const packages = join(local, 'Packages');
  const name = machine.list(packages).find((entry) => entry.startsWith('Claude_'));
  return name === undefined ? null : join(packages, name, 'LocalCache', 'Roaming', 'Claude');
}

export function claudeDesktopFile(machine: Machine): string {
  const roots = rootsOf(machine);
  const packaged = machine.platform === 'win32' ? packagedClaude(machine, roots) : null;
  return roots.join(packaged ?? roots.join(roots.settings, 'Claude'), 'claude_desktop_config.json');
}

export function claudeCodeFile(machine: Machine): string {
  const { home, join } = rootsOf(machine);
  return join(machine.environment['CLAUDE_CONFIG_DIR'] ?? home, '.claude.json');
}

export function vsCodeFile(machine: Machine): string {
  const { settings, join } = rootsOf(machine);
  return join(settings, 'Code', 'User', 'mcp.json');
}

export function cursorFile(machine: Machine): string {
  const { home, join } = rootsOf(machine);
  return join(home, '.cursor', 'mcp.json');
}
