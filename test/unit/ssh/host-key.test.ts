/** The gateway's own key: good whenever it is made, and the same ever after. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { loadHostKey } from '../../../src/ssh/host-key.ts';

function stateDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'thaw-key-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

it('is good whenever it is made: one in a hundred that the library makes is not', () => {
  for (let made = 0; made < 500; made += 1) {
    const directory = mkdtempSync(join(tmpdir(), 'thaw-key-'));
    try {
      expect(loadHostKey(directory).publicKey).toMatch(/^ssh-ed25519 [A-Za-z0-9+/=]{68}$/);
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  }
});

it('is the same at each start', () => {
  const directory = stateDir();
  expect(loadHostKey(directory)).toEqual(loadHostKey(directory));
});

it('is refused with what to do when its file is damaged', () => {
  const directory = stateDir();
  writeFileSync(join(directory, 'ssh_host_ed25519_key'), 'no key');
  expect(() => loadHostKey(directory)).toThrow(expect.objectContaining({ code: 'setup_failed' }));
});
