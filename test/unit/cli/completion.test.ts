/** The scripts for shells: what bash completes with its own, and that the others name everything and are well quoted. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completedCommands } from '../../../src/cli/completion/model.ts';
import { completionCommand } from '../../../src/cli/completion.ts';
import type { CommandEntry } from '../../../src/cli/run.ts';
import { ownerOptionList } from '../../../src/control/owner-options.ts';
import { type BundledProgram, bundleProgram } from '../../support/bundle-program.ts';
import { fakeProcess } from '../../support/fake-process.ts';

/** All commands, out of one file: that loads in a fraction of the time of their sources. */
let commands: readonly CommandEntry[] = [];
let bundle: BundledProgram;

const completion = (...args: readonly string[]): Promise<string> => {
  const { host, stdout } = fakeProcess();
  return completionCommand(() => commands)
    .run({}, host, args)
    .then(stdout);
};

const directory = mkdtempSync(join(tmpdir(), 'thaw-completion-'));
const file = join(directory, 'thaw.bash');
beforeAll(async () => {
  bundle = await bundleProgram('src/cli/commands.ts');
  const module: { readonly commands: readonly CommandEntry[] } = await import(bundle.file);
  commands = module.commands;
  writeFileSync(file, await completion('bash'));
  writeFileSync(join(directory, 'a file'), '');
});
afterAll(() => {
  bundle.remove();
  rmSync(directory, { recursive: true, force: true });
});

/** What bash offers behind these words, in which the last one is being typed. */
function offered(...words: readonly string[]): string[] {
  const program = `set -u; source ${file}; complete -p thaw >&2
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _thaw; printf '%s\\n' "\${COMPREPLY[@]-}"`;
  const output = execFileSync('bash', ['--norc', '-c', program, 'bash', 'thaw', ...words], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return output.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  it('offers the commands', () => {
    expect(offered('')).toEqual([...commands.map(({ name }) => name), 'help', '--help', '--version']);
    expect(offered('st')).toEqual(['status', 'stop']);
  });

  it('offers the flags of the command, and no others', () => {
    expect(offered('stop', '--')).toEqual(expect.arrayContaining(['--state-dir', '--help']));
    expect(offered('stop', '--pool')).toEqual([]);
    expect(offered('serve', '--')).toEqual([...ownerOptionList.map(({ flag }) => `--${flag}`), '--help']);
    expect(offered('install', 'cursor', '--dry')).toEqual(['--dry-run']);
  });

  it('offers values, with a space and with an equals sign', () => {
    expect(offered('serve', '--backend', '')).toEqual(['embedded', 'remote', 'auto']);
    expect(offered('serve', '--backend', '=', 'r')).toEqual(['remote']);
    expect(offered('serve', '--backend', '=')).toEqual(['embedded', 'remote', 'auto']);
    expect(offered('serve', '--pool-target', '')).toEqual([]);
    expect(offered('serve', '--state-dir', 'a')).toEqual(['a file']);
  });

  it('offers the first argument where a command takes one', () => {
    expect(offered('install', 'c')).toEqual(['claude', 'claude-code', 'cursor']);
    expect(offered('key', '')).toEqual(['create', 'list', 'revoke']);
    expect(offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
    expect(offered('help', 'do')).toEqual(['doctor']);
    expect(offered('help', 'serve', '')).toEqual([]);
    expect(offered('unknown', '')).toEqual([]);
  });
});

/** Whether all quotes are closed; in fish a backslash escapes inside of single quotes, in zsh outside of them. */
function isBalanced(script: string, escapesInside: boolean): boolean {
  const quoted = escapesInside ? /'(?:[^'\\]|\\.)*'/g : /'[^']*'/g;
  return !script.replaceAll(/^#.*$/gm, '').replaceAll(quoted, '').replaceAll("\\'", '').includes("'");
}

it('flags of one name are alike in all commands, as bash takes them', async () => {
  const flags = (await completedCommands(commands)).flatMap((command) => command.flags);
  const kinds = new Map<string, Set<string>>();
  for (const { name, value } of flags)
    kinds.set(name, (kinds.get(name) ?? new Set()).add(JSON.stringify(value)));
  expect([...kinds].filter(([, values]) => values.size > 1)).toEqual([]);
});

it.each(['zsh', 'fish'])(
  '%s: names every command, flag, value and first argument, well quoted',
  async (shell) => {
    const script = await completion(shell);
    for (const command of await completedCommands(commands)) {
      const part =
        shell === 'zsh'
          ? script.slice(script.indexOf(`\n    ${command.name})\n`)).split(';;')[0]
          : script
              .split('\n')
              .filter((line) => line.includes(`_from ${command.name}`))
              .join('\n');
      expect(script).toContain(command.summary.split("'")[0]);
      for (const flag of command.flags) {
        expect(part).toContain(shell === 'zsh' ? `'${flag.name}` : `-l ${flag.name.slice(2)}`);
        if (flag.value.kind === 'words') expect(part).toContain(flag.value.words.join(' '));
      }
      expect(part).toContain(command.words.join(' '));
    }
    expect(isBalanced(script, shell === 'fish')).toBe(true);
  },
);

it.each([
  [[], 'Name the shell: thaw completion bash|zsh|fish'],
  [['bahs'], 'Name the shell: thaw completion bash'],
  [['bash', 'zsh'], 'Unexpected argument "zsh".'],
])('refuses %j', async (args, message) => {
  await expect(completion(...args)).rejects.toThrow(message);
});
