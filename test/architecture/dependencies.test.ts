/** Holds the source tree to its layers: who may import whom, who may touch the process, how long a file may be. */
import { describe, expect, test } from 'vitest';
import { importsOf, readSources, type SourceFile, withoutComments } from './imports.ts';

const sources = await readSources();

const isIn =
  (...folders: readonly string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(folder));
const isOwn = isIn('src/', 'tools/', 'schemas/');

interface Rule {
  readonly rule: string;
  readonly from: (path: string) => boolean;
  readonly allowed: (imported: string) => boolean;
}

/** One arrow each; an import of a file that `from` matches must be `allowed`. */
const rules: readonly Rule[] = [
  {
    rule: 'schemas import nothing but schemas and zod',
    from: isIn('schemas/'),
    allowed: (imported) => imported.startsWith('schemas/') || imported === 'zod',
  },
  {
    rule: 'tools know the schemas, the backend port, how content is shown, errors and zod only',
    from: isIn('tools/'),
    allowed: (imported) =>
      isIn('tools/', 'schemas/', 'src/content/')(imported) ||
      ['src/backend/port.ts', 'src/errors.ts', 'zod'].includes(imported),
  },
  {
    rule: 'the files of this machine know what tools want of them, and errors',
    from: isIn('src/host-files/'),
    allowed: (imported) =>
      isIn('src/host-files/', 'node:')(imported) ||
      ['tools/host-access.ts', 'src/errors.ts', 'src/ids.ts'].includes(imported),
  },
  {
    rule: 'the server knows no engine, no remote backend and no set-up',
    from: isIn('src/server/'),
    allowed: (imported) =>
      !isIn('src/engine/', 'src/remote/', 'src/setup/', 'src/cli/', 'src/app.ts')(imported),
  },
  {
    rule: 'the preview proxy knows no engine but its target',
    from: isIn('src/preview/'),
    allowed: (imported) =>
      isIn('src/preview/', 'src/backend/preview-', 'src/http/listen.ts', 'schemas/')(imported) ||
      ['src/clock.ts', 'src/errors.ts', 'src/log.ts'].includes(imported) ||
      imported.startsWith('node:'),
  },
  {
    rule: 'the metrics know the backend port and the HTTP listener, and nothing that is measured',
    from: isIn('src/metrics/'),
    allowed: (imported) =>
      isIn('src/metrics/', 'src/http/')(imported) ||
      !isOwn(imported) ||
      ['src/backend/port.ts', 'src/clock.ts', 'src/errors.ts'].includes(imported),
  },
  {
    rule: 'only src/metrics knows prom-client, and only src/http jose',
    from: (path) => !isIn('src/metrics/', 'src/http/')(path),
    allowed: (imported) => imported !== 'prom-client' && imported !== 'jose',
  },
  {
    rule: 'the HTTP listener and the API keys know no engine, tools and protocols',
    from: isIn('src/http/', 'src/keys/'),
    allowed: (imported) =>
      isIn('src/http/', 'src/keys/')(imported) ||
      !isOwn(imported) ||
      ['src/clock.ts', 'src/errors.ts', 'src/ids.ts', 'src/log.ts'].includes(imported),
  },
  {
    rule: 'the REST surface knows the backend port, keys and HTTP, and no engine, tool or MCP server',
    from: isIn('src/rest/'),
    allowed: (imported) =>
      isIn('src/rest/', 'src/backend/', 'src/http/', 'src/keys/', 'src/content/', 'schemas/')(imported) ||
      !isOwn(imported) ||
      /^src\/(?:bytes|clock|errors|ids|log|suggest|version)\.ts$/.test(imported),
  },
  {
    rule: 'the engine imports no remote backend, server, command line or set-up',
    from: isIn('src/engine/'),
    allowed: (imported) =>
      !isIn(
        'src/remote/',
        'src/server/',
        'src/http/',
        'src/keys/',
        'src/preview/',
        'src/ssh/',
        'src/cli/',
        'src/setup/',
        'tools/',
        'src/app.ts',
      )(imported),
  },
  {
    rule: 'the remote backend imports no engine, server, command line or set-up',
    from: isIn('src/remote/'),
    allowed: (imported) =>
      !isIn('src/engine/', 'src/server/', 'src/cli/', 'src/setup/', 'tools/', 'src/app.ts')(imported),
  },
  {
    rule: 'only src/engine/docker knows dockerode',
    from: (path) => !path.startsWith('src/engine/docker/'),
    allowed: (imported) => !/^(dockerode|docker-modem)(\/|$)/.test(imported),
  },
  {
    rule: 'only src/server and src/cli know the MCP SDK',
    from: (path) => !isIn('src/server/', 'src/cli/', 'src/quickstart/')(path),
    allowed: (imported) => !imported.startsWith('@modelcontextprotocol/'),
  },
  {
    rule: 'the SSH gateway knows a way into a sandbox, and nothing of engines, tools and servers',
    from: isIn('src/ssh/'),
    allowed: (imported) =>
      isIn('src/ssh/')(imported) ||
      !isOwn(imported) ||
      ['src/backend/sandbox-access.ts', 'src/errors.ts', 'src/log.ts'].includes(imported),
  },
  {
    rule: 'only src/ssh knows ssh2',
    from: (path) => !path.startsWith('src/ssh/'),
    allowed: (imported) => imported !== 'ssh2',
  },
  {
    rule: 'the toolbox knows the schemas, the backend port and the HTTP service, and no engine',
    from: isIn('src/rest/toolbox/'),
    allowed: (imported) =>
      !isOwn(imported) ||
      isIn('src/rest/', 'src/http/', 'src/backend/', 'schemas/')(imported) ||
      [
        'src/bytes.ts',
        'src/clock.ts',
        'src/errors.ts',
        'src/ids.ts',
        'src/log.ts',
        'src/version.ts',
      ].includes(imported),
  },
  {
    rule: 'the configuration of clients knows the names of settings, and nothing that runs',
    from: isIn('src/client-config/'),
    allowed: (imported) =>
      isIn('src/client-config/', 'node:')(imported) ||
      /^(?:package\.json|src\/(?:clock|config|ids|control\/owner-options)\.ts)$/.test(imported),
  },
  {
    rule: 'the backend port knows no implementation',
    from: isIn('src/backend/'),
    allowed: (imported) =>
      isIn('schemas/', 'src/backend/')(imported) || ['src/errors.ts', 'node:stream'].includes(imported),
  },
];

describe('imports', () => {
  test.each(rules)('$rule', ({ from, allowed }) => {
    const broken = sources
      .filter(({ path }) => from(path))
      .flatMap(({ path, imports }) =>
        imports.filter((imported) => !allowed(imported)).map((imported) => `${path} imports ${imported}`),
      );
    expect(broken).toEqual([]);
  });

  test('own imports name files that exist', () => {
    const paths = new Set(sources.map(({ path }) => path));
    const broken = sources.flatMap(({ path, imports }) =>
      imports
        .filter((imported) => isOwn(imported) && /\.(ts|mjs)$/.test(imported) && !paths.has(imported))
        .map((imported) => `${path} imports ${imported}`),
    );
    expect(broken).toEqual([]);
  });

  test('every form of import is seen', () => {
    const text = [
      "import { a } from '../b.ts';",
      "import type { T } from './c.ts';",
      "import 'node:fs';",
      "export * from '../d.ts';",
      "const e = await import('./e.ts');",
      "import {\n  f,\n  g,\n} from 'zod';",
      "// import { no } from './no.ts';",
    ].join('\n');
    expect(importsOf('src/x/y.ts', text)).toEqual([
      'src/b.ts',
      'src/x/c.ts',
      'node:fs',
      'src/d.ts',
      'src/x/e.ts',
      'zod',
    ]);
  });
});

/** What must be asked of one module, so that tests can put another in its place. */
const singletons: readonly {
  readonly what: string;
  readonly pattern: RegExp;
  readonly homes: readonly string[];
}[] = [
  { what: 'the wall clock', pattern: /\bDate\.now\b|\bnew Date\(\)/, homes: ['src/clock.ts'] },
  { what: 'the environment', pattern: /\bprocess\.env\b/, homes: ['src/config.ts'] },
  { what: 'randomness', pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b/, homes: ['src/ids.ts'] },
  { what: 'the console', pattern: /\bconsole\./, homes: ['src/log.ts'] },
];

/** Scripts that run before anything is installed, and can import no TypeScript. */
const scripts = /\.mjs$/;

describe('process-wide things', () => {
  test.each(singletons)('$what has one home', ({ pattern, homes }) => {
    const users = sources.filter(
      ({ path, text }) => !homes.includes(path) && !scripts.test(path) && pattern.test(withoutComments(text)),
    );
    expect(users.map(({ path }) => path)).toEqual([]);
  });
});

/** Files that may be longer than 250 lines, each with its reason. */
const longFiles: Readonly<Record<string, string>> = {
  'schemas/openapi.gen.ts': 'generated',
};

describe('files', () => {
  test('none is longer than 250 lines without a reason', () => {
    const long = sources.filter(({ path, lines }) => lines > 250 && longFiles[path] === undefined);
    expect(long.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  test('the median is at most 80 lines', () => {
    const lengths = sources.map(({ lines }) => lines).sort((a, b) => a - b);
    expect(lengths[Math.floor(lengths.length / 2)]).toBeLessThanOrEqual(80);
  });

  test('names are in kebab-case and each file begins by saying what it owns', () => {
    const badName = ({ path }: SourceFile) =>
      !/^[a-z0-9-]+(\.gen)?\.(ts|mjs)$/.test(path.split('/').at(-1) ?? '');
    const noSentence = ({ text }: SourceFile) => !/^(#!.*\n)?\/\*\*/.test(text);
    expect(sources.filter(badName).map(({ path }) => path)).toEqual([]);
    expect(sources.filter(noSentence).map(({ path }) => path)).toEqual([]);
  });
});
