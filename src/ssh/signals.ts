/** Signals by the names that SSH has for them (RFC 4254, 6.10) and by Linux's numbers, which the sandbox has whatever runs Thaw. */

const numbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
};

export const SIGHUP = 1;

/** The number of a signal that SSH knows, or null. */
export const signalNumber = (name: string): number | null => numbers[name.replace(/^SIG/, '')] ?? null;

/** The name that SSH has for a signal, or null. */
export const signalName = (number: number): string | null =>
  Object.entries(numbers).find(([, value]) => value === number)?.[0] ?? null;
