/** The spawn request on the wire. */
import { ThawError } from '../../errors.ts';
import { ByteWriter } from './byte-writer.ts';
import type { SpawnOptions } from './port.ts';

const OPERATION = 1;
const option = { stdin: 1, pty: 2, script: 4 } as const;
const rlimitNumbers = { nofile: 0, nproc: 1, core: 2, fsize: 3, as: 4, cpu: 5 } as const;
type RlimitName = keyof typeof rlimitNumbers;
const rlimitNames: readonly RlimitName[] = ['nofile', 'nproc', 'core', 'fsize', 'as', 'cpu'];

/** Linux takes no longer argument than this, its NUL included (MAX_ARG_STRLEN). */
export const MAX_ARGUMENT_BYTES = 131_072;
const SHELL = /(^|\/)(sh|bash|dash|ash|ksh|mksh|zsh)$/;
const COMMAND_FLAG = /^-[a-zA-Z]*c$/;
/** Where the agent places a script: the shell opens it anew, so the descriptor itself can be closed at once. */
const SCRIPT_FD = 4;

/**
 * A shell text that is too long for an argument travels beside the arguments and is read by `.` from a descriptor;
 * `$0`, the positional parameters and line numbers stay as with `-c`.
 */
export function splitScript(argv: readonly string[]): {
  readonly argv: readonly string[];
  readonly script: string | null;
} {
  const [program = '', ...rest] = argv;
  const at = rest.findIndex((argument) => COMMAND_FLAG.test(argument)) + 1;
  const text = rest[at];
  if (at === 0 || text === undefined || !SHELL.test(program)) return { argv, script: null };
  if (Buffer.byteLength(text) < MAX_ARGUMENT_BYTES) return { argv, script: null };
  const replaced = rest.with(at, `. /proc/self/fd/${SCRIPT_FD}`);
  return { argv: [program, ...replaced], script: `exec ${SCRIPT_FD}<&-; ${text}` };
}

function size(value: number, what: string): number {
  if (Number.isInteger(value) && value >= 1 && value <= 0xffff) return value;
  throw new ThawError(
    'invalid_argument',
    `The ${what} of a terminal must be a whole number from 1 to 65535.`,
  );
}

function writeLimits(writer: ByteWriter, limits: SpawnOptions['rlimits']): void {
  const given = rlimitNames.flatMap((name) => {
    const value = limits?.[name];
    return value === undefined ? [] : [{ name, value }];
  });
  writer.u8(given.length);
  for (const { name, value } of given) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new ThawError('invalid_argument', `The limit ${name} must be a whole number from 0.`);
    }
    writer.u8(rlimitNumbers[name]).u64(value);
  }
}

/** Throws `invalid_argument` for what no process can be given. `processId` is the engine's own number for it. */
export function encodeSpawn(options: SpawnOptions, processId: number): Buffer {
  const { argv, script } = splitScript(options.argv);
  if (argv.length === 0 || argv[0] === '')
    throw new ThawError('invalid_argument', 'There is no program to run.');
  const env = Object.entries(options.env ?? {});
  const writer = new ByteWriter()
    .u8(
      (options.stdin === true ? option.stdin : 0) |
        (options.pty === undefined ? 0 : option.pty) |
        (script === null ? 0 : option.script),
    )
    .u64(processId)
    .u16(size(options.pty?.cols ?? 1, 'width'), size(options.pty?.rows ?? 1, 'height'))
    .text(options.user ?? '', 'user')
    .text(options.cwd ?? '', 'working directory');
  writeLimits(writer, options.rlimits);
  writer.u32(argv.length);
  for (const argument of argv) writer.text(argument, 'command');
  writer.u32(env.length);
  for (const [name, value] of env) {
    if (name === '' || name.includes('=')) {
      throw new ThawError('invalid_argument', 'A name of an environment variable is empty or contains "=".');
    }
    writer.text(`${name}=${value}`, 'environment');
  }
  if (script !== null) writer.bytes(Buffer.from(script));
  return Buffer.concat([Buffer.of(OPERATION), writer.finish()]);
}
