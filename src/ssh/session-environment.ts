/** The variables of a session: what its client asks for within bounds, and what an SSH server says about itself. */
import { limits } from './limits.ts';

const SAFE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
/** Variables that make a program run something else than what it was started for, and those that the server sets. */
const REFUSED = /^(?:LD_.*|BASH_ENV|ENV|SHELLOPTS|BASHOPTS|PS4|IFS|HOME|USER|LOGNAME|SHELL|PATH|SSH_.*)$/;

export class SessionEnvironment {
  readonly #variables = new Map<string, string>();

  /** Whether the variable was taken. */
  set(name: string, value: string): boolean {
    const fits =
      SAFE_NAME.test(name) &&
      !REFUSED.test(name) &&
      !value.includes('\0') &&
      Buffer.byteLength(value) <= limits.variableBytes &&
      (this.#variables.has(name) || this.#variables.size < limits.variables);
    if (fits) this.#variables.set(name, value);
    return fits;
  }

  /** All of them; `term` is the terminal's kind, for a session that has one. */
  build(term: string | null): Readonly<Record<string, string>> {
    return {
      ...Object.fromEntries(this.#variables),
      // Addresses of the host are nobody's business in the sandbox, but programs look whether these are there.
      SSH_CLIENT: '127.0.0.1 0 22',
      SSH_CONNECTION: '127.0.0.1 0 127.0.0.1 22',
      ...(term === null ? {} : { TERM: term }),
    };
  }
}

const TERM_NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,63}$/;

/** A terminal's kind as a client names it, or a common one for what cannot be a name. */
export const safeTerm = (term: string): string => (TERM_NAME.test(term) ? term : 'xterm-256color');
