/** Every word of the table of aliases, for every tool that has what it stands for. */
import { describe, expect, it } from 'vitest';
import { isThawError } from '../../../src/errors.ts';
import { aliasFor, argumentAliases } from '../../../src/server/argument-aliases.ts';
import { parseArguments } from '../../../src/server/arguments.ts';
import { normal } from '../../../src/suggest.ts';
import { tools } from '../../../tools/index.ts';

const rows = Object.entries(argumentAliases);
const argumentsOf = (tool: (typeof tools)[number]): string[] => Object.keys(tool.input.shape);
const toolNamed = (name: string) => {
  const tool = tools.find((each) => each.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
};

/** What a call with these arguments is told. */
function told(tool: (typeof tools)[number], given: object): string {
  try {
    parseArguments(tool, given);
  } catch (error) {
    if (isThawError(error, 'invalid_argument')) return error.message;
    throw error;
  }
  throw new Error('it was taken');
}

describe.each(tools.map((tool) => [tool.name, tool] as const))('%s', (name, tool) => {
  const known = argumentsOf(tool);
  const own = new Set(known.map(normal));
  const pairs = rows
    .filter(([argument]) => known.includes(argument))
    .flatMap(([argument, words]) => words.map((word) => [word, argument] as const))
    // What is an argument of the tool itself, or one of many in it, stands for nothing else.
    .filter(([word]) => !own.has(normal(word)) && !own.has(`${normal(word)}s`));

  it('tells the right name for each word that stands for one of its arguments', () => {
    for (const [word] of pairs) {
      const meant = rows.filter(([argument, words]) => known.includes(argument) && words.includes(word));
      const [[first] = ['']] = meant;
      expect(told(tool, { [word]: 'x' })).toContain(
        `"${word}" is not an argument of ${name}: use "${first}"`,
      );
    }
  });

  it('has no argument for which another one is told', () => {
    for (const argument of known) expect(aliasFor(argument, known, [])).toBe(argument);
    const issues = known.map((argument) => told(tool, { [argument]: Symbol('wrong') }));
    expect(issues.join()).not.toContain('is not an argument');
  });
});

describe('the table', () => {
  const everywhere = new Set(tools.flatMap(argumentsOf));

  it.each(rows)('has a row for %s, which exists, with words that say something new', (argument, words) => {
    expect(everywhere).toContain(argument);
    expect(new Set(words.map(normal)).size).toBe(words.length);
    for (const word of words) expect(aliasFor(word, [argument], []), word).toBe(argument);
    const withoutRow = words.filter((word) => normal(word) === normal(argument));
    expect(withoutRow).toEqual([]);
  });
});

describe('a name that is none', () => {
  it.each([
    ['sandbox_exec', { sandbox: 'b', command: 'ls', timeout_ms: 5 }, 'timeout_ms', 'timeoutSeconds'],
    ['sandbox_exec', { sandbox: 'b', command: 'ls', wait: 5 }, 'wait', 'waitSeconds'],
    ['sandbox_exec', { sandbox_id: 'b', command: 'ls' }, 'sandbox_id', 'sandbox'],
    ['sandbox_edit_file', { sandbox: 'b', path: 'a', old_text: '' }, 'old_text', 'oldText'],
    ['sandbox_set_ttl', { sandbox: 'b', TTL: 5 }, 'TTL', 'ttlMinutes'],
    ['sandbox_exec_output', { id: 'b' }, 'id', 'sandbox'],
    ['sandbox_exec_output', { sandbox: 'b', id: 'b' }, 'id', 'execId'],
    ['sandbox_find', { sandbox: 'b', pattern: 'x' }, 'pattern', 'content'],
    ['sandbox_find', { sandbox: 'b', content: 'x', pattern: '*' }, 'pattern', 'name'],
  ])('of %s %j is told', (name, given, wrong, right) => {
    expect(told(toolNamed(name), given)).toContain(
      `"${wrong}" is not an argument of ${name}: use "${right}"`,
    );
  });

  it('is guessed by its letters where the table has nothing, or nothing is said of it', () => {
    const exec = toolNamed('sandbox_exec');
    expect(told(exec, { comand: 'ls' })).toContain('unknown argument "comand" (did you mean "command"?)');
    expect(told(exec, { zzzzzz: 'ls' })).toContain('unknown argument "zzzzzz".');
  });
});
