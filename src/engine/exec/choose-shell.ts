/** Chooses the shell of a command: bash as a rule, and the smaller sh where the two cannot differ. Pure. */

export const SMALL_SHELL = '/bin/sh';

/** Words, paths, options and numbers with single spaces between them: nothing that a shell would expand or interpret. */
const PLAIN_WORDS = /^[A-Za-z0-9_./][A-Za-z0-9_./:@%+,-]*(?: [A-Za-z0-9_./:@%+,=-]+)*$/;

/** Builtins and reserved words of bash that sh lacks or has otherwise. The names of programs are the same in both. */
const DIFFERENT = new Set(
  (
    '. alias bg bind break builtin caller case command compgen complete compopt continue coproc declare dirs disown do ' +
    'done echo elif else enable esac eval exec exit export fc fg fi for function getopts hash help history if in jobs ' +
    'kill let local logout mapfile popd printf pushd read readarray readonly return select set shift shopt source ' +
    'suspend test then time times trap type typeset ulimit umask unalias unset until wait while'
  ).split(' '),
);

/** Variables by which a user makes bash do something at its start. */
const startsWithSomething = (name: string): boolean => /^(BASH|ENV$|SHELLOPTS$|POSIXLY_CORRECT$)/.test(name);

/**
 * What runs a command. An image without a shell runs plain calls of its programs and nothing else: null says that this
 * one needs a shell. `shell` is the snapshot's own.
 */
export function commandLine(
  shell: string | null,
  command: string,
  env: Readonly<Record<string, string>>,
): string[] | null {
  if (shell !== null) return [chooseShell(shell, command, env), '-c', command];
  return PLAIN_WORDS.test(command.trim()) ? command.trim().split(' ') : null;
}

/** Whether the text calls one program with plain words, which every shell does alike. */
export function isPlainCall(command: string, env: Readonly<Record<string, string>>): boolean {
  if (!PLAIN_WORDS.test(command)) return false;
  const [program = ''] = command.split(' ', 1);
  return !DIFFERENT.has(program) && !Object.keys(env).some(startsWithSomething);
}

/** A plain call of one program needs no bash, and sh starts it about 0.7 ms sooner. `shell` is the snapshot's own. */
export function chooseShell(shell: string, command: string, env: Readonly<Record<string, string>>): string {
  return isPlainCall(command, env) ? SMALL_SHELL : shell;
}
