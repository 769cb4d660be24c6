/** What a snapshot takes over from the apt of its host, and what it must not. */
import { describe, expect, test } from 'vitest';
import { selectAptSettings } from '../../../src/setup/snapshot/apt-settings.ts';
import {
  distributionSources,
  formatSources,
  parseDeb822,
  parseOneLine,
  readAptSources,
  withoutCredentials,
} from '../../../src/setup/snapshot/apt-sources.ts';
import { fakeHost } from './fake-host.ts';

const debian = `Types: deb deb-src
# a comment inside of a stanza
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates bookworm-backports
Components: main
 contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`;

const foreign = `Types: deb
URIs: https://node.test/node_20.x
Suites: nodistro
Components: main
Signed-By: /usr/share/keyrings/nodesource.gpg

Types: deb
URIs: https://hashi.test
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/hashicorp-archive-keyring.gpg

Types: deb
URIs: https://docker.test/linux/debian
Suites: bookworm
Components: stable

Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
Enabled: no
`;

describe('sources', () => {
  test('of the distribution only, updates and security included', () => {
    const sources = distributionSources([...parseDeb822(foreign), ...parseDeb822(debian)], 'bookworm');
    expect(sources).toEqual([
      {
        uris: ['http://mirror.test/debian'],
        suites: ['bookworm', 'bookworm-updates'],
        components: ['main', 'contrib'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      },
      {
        uris: ['http://mirror.test/debian-security'],
        suites: ['bookworm-security'],
        components: ['main'],
        signedBy: '/usr/share/keyrings/debian-archive-keyring.gpg',
      },
    ]);
    expect(parseDeb822(formatSources(sources))).toEqual(sources);
  });

  test('in the one-line style', () => {
    const text = [
      '# deb http://no.test/ubuntu noble main',
      'deb [arch=amd64 signed-by=/usr/share/keyrings/ubuntu-archive-keyring.gpg] http://a.test/ubuntu noble main universe # end',
      'deb-src http://a.test/ubuntu noble main',
      'deb http://b.test/ubuntu noble-security main',
      'deb [signed-by=/etc/apt/keyrings/other.gpg] http://c.test/ubuntu noble main',
      'deb cdrom:[disc]/ noble main',
      'deb http://flat.test/ ./',
    ].join('\n');
    expect(
      distributionSources(parseOneLine(text), 'noble').map(({ uris, components }) => [uris[0], components]),
    ).toEqual([
      ['http://a.test/ubuntu', ['main', 'universe']],
      ['http://b.test/ubuntu', ['main']],
    ]);
  });

  test('are read from both places, other files left out', async () => {
    const { root, put } = await fakeHost();
    await put('etc/apt/sources.list', 'deb http://one.test/debian bookworm main\n');
    await put('etc/apt/sources.list.d/b.sources', debian);
    await put('etc/apt/sources.list.d/a.list', 'deb http://two.test/debian bookworm main\n');
    await put('etc/apt/sources.list.d/c.list.disabled', 'deb http://three.test/debian bookworm main\n');
    expect((await readAptSources(root)).map(({ uris }) => uris[0])).toEqual([
      'http://one.test/debian',
      'http://two.test/debian',
      'http://mirror.test/debian',
      'http://mirror.test/debian-security',
    ]);
    expect(await readAptSources(`${root}/none`)).toEqual([]);
  });
});

describe('settings', () => {
  test('proxies and clock checks are taken, credentials stay out of the snapshot', () => {
    const settings = selectAptSettings([
      'APT::Architecture "amd64";',
      'Acquire::http::Proxy "http://me:secret@proxy.test:3128/";',
      'Acquire::Check-Date "false";',
      'Acquire::http::Pipeline-Depth "0";',
    ]);
    expect(settings.buildEnv).toEqual({ http_proxy: 'http://me:secret@proxy.test:3128/' });
    expect(settings.forBuild).toContain('secret');
    expect(settings.forSnapshot).toBe(
      'Acquire::http::Proxy "http://proxy.test:3128/";\nAcquire::Check-Date "false";\n',
    );
    expect(withoutCredentials('http://me:secret@mirror.test/debian')).toBe('http://mirror.test/debian');
  });
});
