/** The options of `npm run bench`. */
import { parseArgs } from 'node:util';

export interface BenchOptions {
  /** Where the report goes as JSON. */
  readonly json: string | null;
  readonly quick: boolean;
  /** Names to measure; empty for all. */
  readonly only: readonly string[];
  /** Ends with status 1 when a target is missed. */
  readonly check: boolean;
}

export const usage = (names: readonly string[]): string =>
  [
    'Usage: npm run bench -- [--json FILE] [--quick] [--only NAME]… [--check]',
    '',
    '  --json FILE  write the report',
    '  --quick      few samples',
    '  --only NAME  measure this only; may be repeated',
    '  --check      end with status 1 when a target is missed',
    '',
    `Names: ${names.join(', ')}`,
    '',
  ].join('\n');

/** Throws Error with a message for people. */
export function readOptions(argv: readonly string[], names: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      json: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      check: { type: 'boolean', default: false },
    },
  });
  const unknown = values.only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}.`);
  return { json: values.json ?? null, quick: values.quick, only: values.only, check: values.check };
}
