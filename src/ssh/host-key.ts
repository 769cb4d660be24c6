/** The gateway's own key: made once, then the same for as long as the state directory lives. */
import { chmodSync, linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { ThawError } from '../errors.ts';

const KEY_FILE = 'ssh_host_ed25519_key';

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

/** Writes a new key; whoever looks sees all of it or nothing. */
function make(path: string): string {
  const text = ssh2.utils.generateKeyPairSync('ed25519').private;
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
  const parsed = ssh2.utils.parseKey(text);
  const key = Array.isArray(parsed) ? parsed[0] : parsed;
  if (key === undefined || key instanceof Error || !key.isPrivateKey()) {
    throw new ThawError('setup_failed', `The SSH host key ${KEY_FILE} in the state directory is damaged.`, {
      next: 'Remove that file: a new key is made at the next start, and clients have to accept it.',
    });
  }
  return { privateKey: text, publicKey: `${key.type} ${key.getPublicSSH().toString('base64')}` };
}
