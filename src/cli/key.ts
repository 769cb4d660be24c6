/** `thaw key`: makes, lists and revokes API keys, by the owner that runs or in its state directory. */
import { systemClock } from '../clock.ts';
import { type Paths, resolvePaths } from '../config.ts';
import { requestKeys } from '../control/control-client.ts';
import { answerKeyCall, KeyCall } from '../control/key-requests.ts';
import { takeOwnerLock } from '../control/owner-lock.ts';
import { ensurePrivateDir } from '../control/private-dir.ts';
import { toThawError } from '../errors.ts';
import { KeyBook } from '../keys/key-book.ts';
import type { ShownKey } from '../keys/key-record.ts';
import { permissions } from '../keys/permissions.ts';
import { suggest } from '../suggest.ts';
import { type Command, type Flags, UsageError } from './command.ts';
import type { ProcessHost } from './host.ts';
import { stateDirFlag, stateDirHelp } from './owner-flags.ts';
import { positionalsOf } from './parse-flags.ts';

const DAY_MS = 86_400_000;
const actions = ['create', 'list', 'revoke'];
const flags = {
  ...stateDirFlag,
  permissions: { type: 'string' },
  organization: { type: 'string' },
  'expires-days': { type: 'string' },
  json: { type: 'boolean' },
} as const;

const text = (given: string | boolean | undefined): string | undefined =>
  typeof given === 'string' ? given : undefined;

function checkedPermissions(list: string | undefined): string[] | undefined {
  if (list === undefined || list === '*' || list === 'all') return undefined;
  const words = list.split(',').map((word) => word.trim());
  for (const word of words) {
    if (permissions.some((permission) => permission === word)) continue;
    const guess = suggest(word, permissions);
    const hint = guess === null ? `There are: ${permissions.join(', ')}.` : `Did you mean "${guess}"?`;
    throw new UsageError(`Unknown permission "${word}". ${hint}`);
  }
  return words;
}

function expiry(days: string | undefined): string | undefined {
  if (days === undefined) return undefined;
  const count = Number(days);
  if (!(count > 0 && count <= 36_500)) throw new UsageError('--expires-days must be from 0 to 36500.');
  return new Date(systemClock.now() + count * DAY_MS).toISOString();
}

/** Throws UsageError for a command line that makes no sense. */
function readCall(given: Flags, args: readonly string[]): KeyCall {
  const [action = '', name, ...more] = positionalsOf(args, flags);
  if (!actions.includes(action)) {
    const guess = suggest(action, actions);
    throw new UsageError(
      `Say what to do: ${guess === null ? actions.join(', ') : `did you mean "thaw key ${guess}"?`}`,
    );
  }
  if (more.length > 0) throw new UsageError(`Unexpected argument "${more[0]}".`);
  if (action === 'list') {
    if (name !== undefined) throw new UsageError(`Unexpected argument "${name}".`);
    return { action };
  }
  if (name === undefined) throw new UsageError(`Name the key: thaw key ${action} NAME`);
  if (action === 'revoke') return { action, name };
  const parsed = KeyCall.safeParse({
    action,
    key: {
      name,
      permissions: checkedPermissions(text(given['permissions'])),
      organization: text(given['organization']),
      expiresAt: expiry(text(given['expires-days'])),
    },
  });
  if (!parsed.success) throw new UsageError(parsed.error.issues.map(({ message }) => message).join('; '));
  return parsed.data;
}

/** Null when an owner came up meanwhile. */
function answerAlone(paths: Paths, call: KeyCall): ReturnType<typeof answerKeyCall> | null {
  ensurePrivateDir(paths.stateDir);
  const lock = takeOwnerLock(paths);
  if (lock === null) return null;
  try {
    return answerKeyCall(call, new KeyBook(paths.stateDir, systemClock));
  } finally {
    lock.release();
  }
}

function line(key: ShownKey): string {
  const may = key.permissions.length === permissions.length ? 'all' : key.permissions.join(',');
  const facts = [
    `made ${key.createdAt.slice(0, 10)}`,
    key.lastUsedAt === null ? 'never used' : `used ${key.lastUsedAt.slice(0, 10)}`,
    ...(key.expiresAt === null ? [] : [`expires ${key.expiresAt.slice(0, 10)}`]),
    ...(key.organization === null ? [] : [`organization ${key.organization}`]),
    `may ${may}`,
  ];
  return `${key.name.padEnd(16)} ${key.value}  ${facts.join(', ')}\n`;
}

async function run(given: Flags, host: ProcessHost, args: readonly string[]): Promise<number> {
  const call = readCall(given, args);
  const paths = resolvePaths(text(given['state-dir']), host.environment);
  try {
    const answer =
      (await requestKeys(paths.controlSocket, call)) ??
      answerAlone(paths, call) ??
      (await requestKeys(paths.controlSocket, call));
    if (answer === null) throw new Error('the owner does not answer; try again');
    const { created, keys = [], revoked } = answer;
    if (given['json'] === true) host.stdout.write(`${JSON.stringify(created ?? answer, null, 2)}\n`);
    else if (created !== undefined) {
      host.stderr.write('Keep this key: nobody can show it again.\n');
      host.stdout.write(`${created.value}\n`);
    } else if (revoked === undefined)
      host.stdout.write(keys.map(line).join('') || 'There are no API keys.\n');
    else host.stdout.write(`Revoked "${revoked}".\n`);
    return 0;
  } catch (error) {
    const { code, message, next } = toThawError(error);
    const reason = code === 'internal' && error instanceof Error ? error.message : `${message} ${next}`;
    host.stderr.write(`thaw key: ${reason}\n`);
    return 1;
  }
}

export const keyCommand: Command = {
  flags,
  positionals: true,
  words: actions,
  help: () =>
    `Usage: thaw key create NAME [options]\n       thaw key list\n       thaw key revoke NAME\n\nAPI keys for the Daytona-compatible API and for MCP over HTTP. A key is shown once, when it is made. The first start of an\nowner makes one by itself; \`thaw status\` says in which file it is.\n\nOptions:\n${stateDirHelp}  --permissions LIST  comma-separated, all by default: ${permissions.join(', ')}\n  --organization NAME  a tenant of its own: its keys see its sandboxes only\n  --expires-days N  days until the key expires; by default it does not\n  --json           as JSON\n`,
  run,
};
