/** What a build is made of: what is refused, what names it, and what reaches the daemon. */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { BuildWithContext, ContextPath, MAX_CONTEXT_BYTES } from '../../../schemas/build.ts';
import { buildKey, checkBuild, packContext } from '../../../src/engine/build/build-context.ts';
import { checkDockerfile } from '../../../src/engine/build/dockerfile-check.ts';

const build = (change: Partial<BuildWithContext> = {}): BuildWithContext => ({
  dockerfileContent: 'FROM base:1\nCOPY . /\n',
  ...change,
});

async function unpack(tar: Buffer): Promise<Map<string, { data: string; mode: number | undefined }>> {
  const found = new Map<string, { data: string; mode: number | undefined }>();
  for await (const entry of Readable.from([tar]).pipe(extract()))
    found.set(entry.header.name, { data: await text(entry), mode: entry.header.mode });
  return found;
}

describe('a Dockerfile', () => {
  const refused = [
    'ADD http://169.254.169.254/latest /x',
    'add https://host/a /x',
    'ARG U=http://host/a\nADD $U /x',
    'ADD ["http://host/a", "/x"]',
    'A\\\nDD http://host/a /x',
    'ADD \\\n  # a comment\n\n  http://host/a /x',
    '# escape=`\nADD `\n http://host/a /x',
    'RUN echo `\nA\\\nDD http://host/a /x',
    'ADD \\\n\n# one\n  # two\n\n http://host/a /x',
    'ONBUILD ADD http://host/a /x',
    'ONBUILD ONBUILD add git@host:a /x',
    'ADD --chown=1:1 http://host/a /x',
    'ADD git://host/a /x',
  ];
  it.each(refused)('is refused when the daemon would fetch for it: %j', (lines) => {
    expect(() => checkDockerfile(`FROM base:1\n${lines}\n`)).toThrow('ADD takes files of the context only');
  });

  const taken = [
    'ADD files.tar /x',
    'COPY a /x\nRUN curl http://host/a',
    '# ADD http://host/a /x',
    'RUN echo ADD http://host/a',
    'ENV URL=http://host/a',
    'LABEL ADD=x',
  ];
  it.each(taken)('is taken otherwise: %j', (lines) => {
    expect(() => checkDockerfile(`FROM base:1\n${lines}\n`)).not.toThrow();
  });
});

describe('a context', () => {
  it('has paths that cannot lead out of it', () => {
    const part = fc.constantFrom('a', '.', '..', '', 'b.c', '~', '\\', 'x\0');
    const path = fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('/'));
    fc.assert(
      fc.property(path, (given) => {
        const isPlain = given.split('/').every((name) => ['a', 'b.c', '~'].includes(name));
        expect(ContextPath.safeParse(given).success).toBe(isPlain);
      }),
    );
  });

  it('is packed whole, beside the Dockerfile', async () => {
    const context = [
      { path: 'bin/run', content: '#!/bin/sh\n', executable: true },
      { path: 'data', content: Buffer.from('zwölf').toString('base64'), encoding: 'base64' as const },
    ];
    const found = await unpack(await packContext(build({ context })));
    expect(Object.fromEntries(found)).toMatchObject({
      Dockerfile: { data: build().dockerfileContent },
      'bin/run': { data: '#!/bin/sh\n', mode: 0o755 },
      data: { data: 'zwölf', mode: 0o644 },
    });
    expect(found.size).toBe(3);
  });

  const file = (path: string, content = '') => ({ path, content });
  it.each([
    ['the same path twice', [file('a'), file('a')], 'in each other’s place'],
    ['a file where a directory is', [file('a/b'), file('a')], 'in each other’s place'],
    ['bad base64', [{ ...file('a', '%%'), encoding: 'base64' as const }], 'not base64'],
    ['too much', [file('a', 'x'.repeat(MAX_CONTEXT_BYTES)), file('b', 'y')], 'at most'],
  ])('is refused with %s', (_what, context, message) => {
    expect(() => checkBuild(build({ context }))).toThrow(message);
  });

  it('is named by what is in it and not by its order', () => {
    const files = [file('a', '1'), file('b', '2'), file('c/d', '3')];
    const key = buildKey(build({ context: files }));
    expect(buildKey(build({ context: files.toReversed() }))).toBe(key);
    const others = [
      build(),
      build({ dockerfileContent: 'FROM base:2', context: files }),
      build({ context: [...files.slice(0, 2), file('c/d', '4')] }),
      build({ context: [...files.slice(0, 2), { ...file('c/d', '3'), executable: true }] }),
    ];
    expect(new Set([key, ...others.map(buildKey)]).size).toBe(5);
  });

  it('of an upload storage is refused clearly', () => {
    expect(() => checkBuild(build({ contextHashes: ['a'] }))).toThrow('no upload storage');
    expect(() => checkBuild(build({ contextHashes: [] }))).not.toThrow();
    expect(BuildWithContext.safeParse({ dockerfileContent: 'FROM a', contextPath: '/etc' }).success).toBe(
      false,
    );
  });
});
