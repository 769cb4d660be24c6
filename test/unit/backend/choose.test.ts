/** Which backend flags and environment choose, and what is refused without showing a secret. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { BackendChoiceError, chooseBackend as choose } from '../../../src/backend/choose.ts';

const chooseBackend = (flags: Parameters<typeof choose>[0], environment: Parameters<typeof choose>[1]) =>
  choose(flags, environment, (path) => readFileSync(path, 'utf8'));

const KEY = `dtn_${'a1'.repeat(32)}`;
const dir = mkdtempSync(join(tmpdir(), 'thaw-choose-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const file = (name: string, content: string): string => {
  const path = join(dir, name);
  writeFileSync(path, content, { mode: 0o600 });
  return path;
};

const messageOf = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (error instanceof BackendChoiceError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
};

describe('the choice of the backend', () => {
  it('is embedded without credentials, and remote with them', () => {
    expect(chooseBackend({}, {})).toEqual({ kind: 'embedded' });
    expect(chooseBackend({}, { DAYTONA_API_KEY: '', DAYTONA_API_URL: 'http://127.0.0.1:1/api' })).toEqual({
      kind: 'embedded',
    });
    expect(chooseBackend({}, { DAYTONA_API_KEY: KEY })).toEqual({
      kind: 'remote',
      settings: {
        apiUrl: 'https://app.daytona.io/api',
        token: KEY,
        tokenSource: 'DAYTONA_API_KEY',
        organizationId: null,
        target: null,
      },
    });
  });

  it('takes flags before variables', () => {
    const environment = { DAYTONA_API_KEY: KEY, THAW_BACKEND: 'remote', DAYTONA_API_URL: 'http://a:1/api' };
    expect(chooseBackend({ backend: 'embedded' }, environment)).toEqual({ kind: 'embedded' });
    const chosen = chooseBackend({ 'api-url': 'https://b.example/api//' }, environment);
    expect(chosen).toMatchObject({ settings: { apiUrl: 'https://b.example/api' } });
  });

  it('reads a key from a file, and a JWT with its organization', () => {
    const path = file('key', `${KEY}\n`);
    expect(chooseBackend({ 'api-key-file': path }, {})).toMatchObject({
      settings: { token: KEY, tokenSource: path },
    });
    const jwt = { DAYTONA_JWT_TOKEN: 'a.b.c', DAYTONA_ORGANIZATION_ID: 'org', DAYTONA_TARGET: 'eu' };
    expect(chooseBackend({}, jwt)).toMatchObject({
      settings: { token: 'a.b.c', organizationId: 'org', target: 'eu' },
    });
  });

  it.each([
    ['remote without credentials', { backend: 'remote' }, {}, 'DAYTONA_API_KEY'],
    ['a word that is none', { backend: 'cloud' }, {}, '--backend'],
    ['a JWT without an organization', {}, { DAYTONA_JWT_TOKEN: 'a.b.c' }, 'DAYTONA_ORGANIZATION_ID'],
    ['an address that is none', { 'api-url': 'app.daytona.io' }, { DAYTONA_API_KEY: KEY }, '--api-url'],
    ['a file that is not there', { 'api-key-file': '/nowhere/key' }, {}, 'ENOENT'],
  ])('refuses %s', (_what, flags, environment, named) => {
    expect(messageOf(() => chooseBackend(flags, environment))).toContain(named);
  });

  it('never shows a secret', () => {
    const secret = 'very secret\nword';
    expect(messageOf(() => chooseBackend({}, { DAYTONA_API_KEY: secret }))).not.toContain('secret\n');
    const withPassword = { 'api-url': 'https://me:hidden-word@host/api' };
    expect(messageOf(() => chooseBackend(withPassword, { DAYTONA_API_KEY: KEY }))).not.toContain(
      'hidden-word',
    );
    expect(messageOf(() => chooseBackend({ 'api-key-file': file('bad', 'two words') }, {}))).not.toContain(
      'two',
    );
  });
});
