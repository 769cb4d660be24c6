/** The gateway's own key: made once, then the same for as long as the state directory lives. */
import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type ParsedKey } from 'ssh2';
import { ThawError } from '../errors.ts';

const KEY_FILE = 'ssh_host_ed25519_key';
const GENERATE_ATTEMPTS = 20;

export interface HostKey {
  readonly privateKey: string;
  /** `ssh-ed25519 AAAA…`, as in known_hosts. */
  readonly publicKey: string;
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Null for a text that is no private key. */
function parse(text: string): ParsedKey | null {
  const parsed = ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  return key === undefined || key instanceof Error || !key.isPrivateKey() ? null : key;
}

/** About one in a hundred keys that ssh2 1.17 makes is malformed, so each is read before it is used. */
function generate(): string {
  for (let attempt = 0; attempt < GENERATE_ATTEMPTS; attempt += 1) {
    const text = ssh2.utils.generateKeyPairSync('ed25519').private;
    if (parse(text) !== null) return text;
  }
  throw new ThawError('setup_failed', 'No usable SSH host key could be made.', {
    next: 'Start Thaw again, or with --ssh-port 0, which turns the SSH gateway off.',
  });
}

/** Writes a new key; whoever looks sees all of it or nothing. */
function make(path: string): string {
  const text = generate();
  const temporary = `${path}.new`;
  rmSync(temporary, { force: true });
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
  return text;
}

/** Reads the key of a state directory, or makes it. Throws `setup_failed` for a file that is no key. */
export function loadHostKey(stateDir: string): HostKey {
  const path = join(stateDir, KEY_FILE);
  const text = read(path) ?? make(path);
  chmodSync(path, 0o600);
  const key = parse(text);
  if (key === null) {
    throw new ThawError('setup_failed', `The SSH host key ${KEY_FILE} in the state directory is damaged.`, {
      next: 'Remove that file: a new key is made at the next start, and clients have to accept it.',
    });
  }
  return { privateKey: text, publicKey: `${key.type} ${key.getPublicSSH().toString('base64')}` };
}
