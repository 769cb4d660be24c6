/** The arguments of the agent's `search` program for a request. Pure. */
import { DEFAULT_SEARCH_RESULTS, type SearchFiles } from '../../../schemas/search.ts';
import { ThawError } from '../../errors.ts';
import { AGENT_PATH } from '../guest/agent-volume.ts';
import { toPosix } from './expression.ts';
import { expandBraces } from './globs.ts';

/** Where matches are nobody's own text, and many. */
const NOISE = ['.git', '.hg', '.svn', 'node_modules', '__pycache__'];
const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_ENTRIES = 1_000_000;
/** The program ends itself before it is ended. */
export const SEARCH_SECONDS = 20;

function pattern({ content, regex, ignoreCase }: SearchFiles): readonly string[] {
  if (content === undefined) {
    if (regex !== true) return [];
    throw new ThawError('invalid_argument', 'regex: needs content to search for.');
  }
  const expression = regex === true ? toPosix(content) : { text: content, ignoreCase: false };
  return [
    regex === true ? '--regex' : '--fixed',
    expression.text,
    ...(ignoreCase === true || expression.ignoreCase ? ['--ignore-case'] : []),
  ];
}

/** Throws `invalid_argument` for patterns that cannot be searched for. */
export function searchCommand(request: SearchFiles): readonly string[] {
  const { path = '.', name, exclude = [], contextLines = 0, maxResults, hidden, directories } = request;
  const names = name === undefined ? [] : expandBraces(name);
  const excluded = [...(hidden === true ? [] : NOISE), ...exclude.flatMap(expandBraces)];
  if (excluded.length > 60) throw new ThawError('invalid_argument', 'exclude: stands for too many names.');
  return [
    AGENT_PATH,
    'search',
    ...pattern(request),
    ...names.flatMap((glob) => ['--name', glob]),
    ...excluded.flatMap((glob) => ['--exclude', glob]),
    ...(hidden === true ? ['--hidden'] : []),
    ...(directories === true ? ['--directories'] : []),
    '--context',
    String(contextLines),
    '--max-matches',
    String(maxResults ?? DEFAULT_SEARCH_RESULTS),
    '--max-entries',
    String(MAX_ENTRIES),
    '--max-file-bytes',
    String(MAX_FILE_BYTES),
    '--max-seconds',
    String(SEARCH_SECONDS),
    '--',
    path,
  ];
}
