/** Finds the processes of a test on Linux by a variable in their environment. */
import { readdirSync, readFileSync } from 'node:fs';
import { isProcessAlive } from '../../src/control/process-alive.ts';

export interface FoundProcess {
  readonly pid: number;
  readonly command: string;
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

/** Living processes (zombies are not) that were started with `name=value`. */
export function processesWith(name: string, value: string): FoundProcess[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => read(pid, 'environ').split('\0').includes(`${name}=${value}`) && isProcessAlive(pid))
    .map((pid) => ({ pid, command: read(pid, 'cmdline').replaceAll('\0', ' ').trim() }));
}
