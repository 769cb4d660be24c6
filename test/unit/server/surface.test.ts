/** Which tools a connection gets: what the owner allows bounds what it asks for, and read-only bounds both. */
import { describe, expect, it } from 'vitest';
import type { Catalogue } from '../../../src/server/catalogue.ts';
import { type SurfaceWords, surfaceHeaders } from '../../../src/server/surface-settings.ts';
import { Surfaces } from '../../../src/server/surfaces.ts';
import { areaOf, areas, toolsets } from '../../../src/server/toolsets.ts';
import { tools } from '../../../tools/index.ts';

const names = (owner: SurfaceWords, wish: SurfaceWords | null = null): readonly string[] =>
  new Surfaces(tools, owner).for(wish).names;
const refusal =
  (owner: SurfaceWords, wish: SurfaceWords | null = null) =>
  (): Catalogue =>
    new Surfaces(tools, owner).for(wish);
const named = (...groups: readonly string[]): readonly string[] =>
  tools.filter((tool) => groups.includes(areaOf(tool))).map(({ name }) => name);

describe('toolsets', () => {
  it('are the default one when nobody chooses: lifecycle, commands, code and files', () => {
    expect(names({})).toEqual(named('lifecycle', 'exec', 'code', 'files'));
  });

  it('have every tool in exactly one area, and each area a name', () => {
    expect(names({ toolsets: 'all' })).toEqual(tools.map(({ name }) => name));
    for (const tool of tools) expect(Object.keys(areas)).toContain(areaOf(tool));
  });

  it('join, in the order of the list, whatever the order asked for', () => {
    expect(names({ toolsets: 'volumes, ssh' })).toEqual(names({ toolsets: 'ssh,volumes' }));
    expect(names({ toolsets: 'volumes', tools: 'sandbox_get' })).toEqual([
      'sandbox_get',
      ...named('volumes'),
    ]);
  });

  it('are nothing but the named tools when only tools are named', () => {
    expect(names({ tools: 'sandbox_exec,sandbox_get' })).toEqual(['sandbox_get', 'sandbox_exec']);
  });

  it('lose the excluded tools, even those named', () => {
    expect(names({ tools: 'sandbox_exec,sandbox_get', excludeTools: 'sandbox_exec' })).toEqual([
      'sandbox_get',
    ]);
  });
});

describe('what a connection asks for', () => {
  it('may be any toolset where the owner names none', () => {
    expect(names({}, { toolsets: 'ssh' })).toEqual(named('ssh'));
  });

  it('never goes beyond what the owner names', () => {
    expect(names({ toolsets: 'volumes' }, { toolsets: 'all' })).toEqual(named('volumes'));
    expect(names({ tools: 'volume_get' }, { tools: 'volume_get,volume_delete' })).toEqual(['volume_get']);
    expect(
      names({ toolsets: 'volumes', excludeTools: 'volume_get' }, { tools: 'volume_get,volume_list' }),
    ).toEqual(['volume_list']);
    expect(refusal({ toolsets: 'volumes' }, { tools: 'sandbox_exec' })).toThrow(/leave none/);
  });
});

describe('read-only', () => {
  const reading = tools.filter(({ kind }) => kind === 'read').map(({ name }) => name);

  it('is everything that reads, and nothing else', () => {
    expect(names({ readOnly: true, toolsets: 'all' })).toEqual(reading);
  });

  it.each(tools.filter(({ kind }) => kind !== 'read').map(({ name }) => [name]))(
    '%s is not brought back by any setting',
    (name) => {
      const both: readonly SurfaceWords[] = [
        { tools: name },
        { toolsets: 'all', tools: name, readOnly: 'off' },
      ];
      for (const words of both) {
        for (const [owner, wish] of [
          [{ readOnly: true }, words],
          [
            { ...words, readOnly: true },
            { tools: name, readOnly: false },
          ],
          [words, { ...words, readOnly: '1' }],
        ] as const) {
          try {
            const catalogue = new Surfaces(tools, owner).for(wish);
            expect(catalogue.names).not.toContain(name);
            expect(catalogue.find(name)).toBeUndefined();
          } catch (error) {
            expect(error).toMatchObject({ code: 'invalid_argument' });
          }
        }
      }
    },
  );
});

describe('one sandbox', () => {
  it('takes the argument out of every tool, and leaves the tools out that reach others', () => {
    const catalogue = new Surfaces(tools, { toolsets: 'all' }).for({ sandbox: 'box' });
    for (const tool of catalogue.listed) expect(tool.inputSchema['properties']).not.toHaveProperty('sandbox');
    expect(catalogue.names).toContain('sandbox_exec');
    for (const other of ['sandbox_create', 'sandbox_list', 'sandbox_fork', 'sandbox_parent', 'volume_list']) {
      expect(catalogue.names).not.toContain(other);
    }
  });

  it('does not change to another one', () => {
    expect(refusal({ sandbox: 'box' }, { sandbox: 'other' })).toThrow(/another sandbox/);
    expect(new Surfaces(tools, { sandbox: 'box' }).for(null).sandbox).toBe('box');
  });
});

describe('wrong settings', () => {
  it.each([
    [{ toolsets: 'snapshot' }, 'toolsets: there is no "snapshot".', 'Did you mean "snapshots"?'],
    [{ tools: 'sandbox_exce' }, 'tools: there is no "sandbox_exce".', 'Did you mean "sandbox_exec"?'],
    [{ excludeTools: 'zzzzzz' }, 'exclude-tools: there is no "zzzzzz".', 'There are: sandbox_create,'],
    [{ readOnly: 'perhaps' }, 'read-only: "perhaps" is neither on nor off.', 'Use on or off.'],
    [{ sandbox: 'x'.repeat(200) }, 'sandbox: is too long.', 'id or the name'],
  ])('%j are refused with the right ones', (words, message, next) => {
    expect(refusal({}, words)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message, next: expect.stringContaining(next) }),
    );
  });
});

it('reads headers', () => {
  const headers = { 'x-mcp-toolsets': 'core', 'x-mcp-readonly': 'true', 'x-mcp-sandbox': ['a', 'b'] };
  expect(surfaceHeaders(headers)).toEqual({
    toolsets: 'core',
    tools: undefined,
    excludeTools: undefined,
    readOnly: 'true',
    sandbox: 'a,b',
  });
  expect(toolsets).toContain('core');
});
