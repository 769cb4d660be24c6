/** What narrows the surface, as words: from flags and variables of the owner, a relay's first line, or headers of HTTP. */
import { ThawError } from '../errors.ts';
import { suggest } from '../suggest.ts';
import { toolsets } from './toolsets.ts';

/** As people write them; lists are comma-separated. */
export interface SurfaceWords {
  readonly toolsets?: string | undefined;
  readonly tools?: string | undefined;
  readonly excludeTools?: string | undefined;
  /** Words of a switch, such as `1` and `off`, or its value. */
  readonly readOnly?: string | boolean | undefined;
  readonly sandbox?: string | undefined;
}

/** The same, checked. Null: nothing is said. */
export interface SurfaceSettings {
  readonly toolsets: readonly string[] | null;
  readonly tools: readonly string[] | null;
  readonly excludeTools: readonly string[];
  readonly readOnly: boolean;
  readonly sandbox: string | null;
}

const MAX_WORDS_CHARS = 8_192;
const MAX_SANDBOX_CHARS = 128;

const switches: Readonly<Record<string, boolean>> = {
  1: true,
  true: true,
  on: true,
  0: false,
  false: false,
  off: false,
};

function refuse(setting: string, problem: string, next: string): never {
  throw new ThawError('invalid_argument', `${setting}: ${problem}.`, { next });
}

/** The names of a list, each of which must be known. */
function list(setting: string, text: string | undefined, known: readonly string[]): readonly string[] | null {
  if (text === undefined || text.trim() === '') return null;
  if (text.length > MAX_WORDS_CHARS) refuse(setting, 'is too long', 'Name fewer.');
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    if (known.includes(name)) continue;
    const guess = suggest(name, known);
    const next = guess === null ? `There are: ${known.join(', ')}.` : `Did you mean "${guess}"?`;
    refuse(setting, `there is no "${name.slice(0, 64)}"`, next);
  }
  return names;
}

function isOn(text: string | boolean | undefined): boolean {
  if (typeof text === 'boolean' || text === undefined) return text ?? false;
  return (
    switches[text.trim().toLowerCase() || 'off'] ??
    refuse('read-only', `"${text.slice(0, 64)}" is neither on nor off`, 'Use on or off.')
  );
}

function sandboxOf(text: string | undefined): string | null {
  const sandbox = text?.trim() ?? '';
  if (sandbox.length > MAX_SANDBOX_CHARS) refuse('sandbox', 'is too long', 'Give the id or the name of one.');
  return sandbox === '' ? null : sandbox;
}

/** Throws `invalid_argument` that names the setting and the nearest name that exists. `tools` are the names of all. */
export function readSurfaceWords(words: SurfaceWords, tools: readonly string[]): SurfaceSettings {
  return {
    toolsets: list('toolsets', words.toolsets, toolsets),
    tools: list('tools', words.tools, tools),
    excludeTools: list('exclude-tools', words.excludeTools, tools) ?? [],
    readOnly: isOn(words.readOnly),
    sandbox: sandboxOf(words.sandbox),
  };
}

/** The words of a configuration, where null is nothing. */
export const configuredWords = (
  config: {
    readonly [Word in keyof SurfaceWords]-?: SurfaceWords[Word] | null;
  },
): SurfaceWords => ({
  toolsets: config.toolsets ?? undefined,
  tools: config.tools ?? undefined,
  excludeTools: config.excludeTools ?? undefined,
  readOnly: config.readOnly ?? undefined,
  sandbox: config.sandbox ?? undefined,
});

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Of a request's headers, whose names are in lower case. Headers that came twice are one list. */
export function surfaceHeaders(headers: Headers): SurfaceWords {
  const word = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : value?.join(',');
  };
  return {
    toolsets: word('x-mcp-toolsets'),
    tools: word('x-mcp-tools'),
    excludeTools: word('x-mcp-exclude-tools'),
    readOnly: word('x-mcp-readonly'),
    sandbox: word('x-mcp-sandbox'),
  };
}
