/** The package sources of this host's distribution, so that a snapshot is built from, and uses, the mirror of its host. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface AptSource {
  readonly uris: readonly string[];
  readonly suites: readonly string[];
  readonly components: readonly string[];
  /** A key ring's path; empty when the entry names none. */
  readonly signedBy: string;
}

/** Components of Debian and Ubuntu themselves. Docker's, Hashicorp's and other vendors' sources differ here or in the key ring. */
const ownComponents = [
  'main',
  'contrib',
  'non-free',
  'non-free-firmware',
  'restricted',
  'universe',
  'multiverse',
];
const ownKeyring = /^\/(usr\/share|etc\/apt)\/keyrings\/(debian|ubuntu)-archive-[a-z0-9.-]+$/;

const words = (text: string | undefined): readonly string[] =>
  (text ?? '').split(/\s+/).filter((word) => word !== '');

/** Entries of a `.sources` file (deb822). Disabled and source-only ones are left out. */
export function parseDeb822(text: string): readonly AptSource[] {
  return text
    .split(/\n(?:[ \t]*\n)+/)
    .map((stanza) => {
      const fields = new Map<string, string>();
      let last = '';
      for (const line of stanza.split('\n')) {
        if (line.startsWith('#')) continue;
        const field = /^([A-Za-z-]+):(.*)$/.exec(line);
        if (field === null) fields.set(last, `${fields.get(last) ?? ''} ${line.trim()}`);
        else fields.set((last = (field[1] ?? '').toLowerCase()), field[2] ?? '');
      }
      return fields;
    })
    .filter((fields) => words(fields.get('types')).includes('deb') && fields.get('enabled')?.trim() !== 'no')
    .map((fields) => ({
      uris: words(fields.get('uris')),
      suites: words(fields.get('suites')),
      components: words(fields.get('components')),
      signedBy: (fields.get('signed-by') ?? '').trim(),
    }));
}

/** Entries of a `.list` file, one a line. */
export function parseOneLine(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)((?:\s+[^\s#]+)*)/.exec(line);
    if (match === null) return [];
    const signedBy =
      words(match[1])
        .find((option) => option.startsWith('signed-by='))
        ?.slice(10) ?? '';
    return [{ uris: [match[2] ?? ''], suites: [match[3] ?? ''], components: words(match[4]), signedBy }];
  });
}

/** The part of `sources` that belongs to the distribution's release `codename`, reachable over the network. */
export function distributionSources(sources: readonly AptSource[], codename: string): readonly AptSource[] {
  const suites = ['', '-updates', '-security'].map((suffix) => `${codename}${suffix}`);
  return sources
    .filter(({ signedBy }) => signedBy === '' || ownKeyring.test(signedBy))
    .map((source) => ({
      ...source,
      uris: source.uris.filter((uri) => /^https?:\/\//.test(uri)),
      suites: source.suites.filter((suite) => suites.includes(suite)),
      components: source.components.filter((component) => ownComponents.includes(component)),
    }))
    .filter(({ uris, suites, components }) => uris.length > 0 && suites.length > 0 && components.length > 0);
}

/** The same address without a user name and password, which no sandbox must see. */
export function withoutCredentials(uri: string): string {
  const url = new URL(uri);
  url.username = '';
  url.password = '';
  return url.href;
}

/** Sources as the text of a `.sources` file. */
export const formatSources = (sources: readonly AptSource[]): string =>
  sources
    .map(({ uris, suites, components, signedBy }) =>
      [
        'Types: deb',
        `URIs: ${uris.join(' ')}`,
        `Suites: ${suites.join(' ')}`,
        `Components: ${components.join(' ')}`,
        ...(signedBy === '' ? [] : [`Signed-By: ${signedBy}`]),
        '',
      ].join('\n'),
    )
    .join('\n');

/** Every source that apt on this host reads. */
export async function readAptSources(root: string): Promise<readonly AptSource[]> {
  const directory = join(root, '/etc/apt/sources.list.d');
  const names = (await readdir(directory).catch(() => [])).sort((a, b) => (a < b ? -1 : 1));
  const files = [join(root, '/etc/apt/sources.list'), ...names.map((name) => join(directory, name))];
  const parsed = await Promise.all(
    files.map(async (file) => {
      if (!/\.(list|sources)$/.test(file)) return [];
      const text = await readFile(file, 'utf8').catch(() => '');
      return file.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text);
    }),
  );
  return parsed.flat();
}
