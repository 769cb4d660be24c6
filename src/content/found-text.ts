/** A search's result in few words, within a bound: lines as grep writes them. Pure. */
import type { Found } from '../../schemas/find.ts';
import type { FoundFile, FoundLine, SearchResult } from '../../schemas/search.ts';

/** About six thousand tokens. */
const MAX_CHARS = 24_000;
/** Of the frame around a file and a line. */
const FRAME_CHARS = 24;

const lineText = ({ line, text, match, cut }: FoundLine): string =>
  `${line}${match ? ':' : '-'} ${text}${cut ? ' …' : ''}`;

/** What was passed over, in words; undefined when nothing was. */
function skippedText({ binary, large, unreadable, excluded }: SearchResult['skipped']): string | undefined {
  const parts = [
    binary > 0 ? `${binary} binary` : '',
    large > 0 ? `${large} above 10 MiB` : '',
    unreadable > 0 ? `${unreadable} unreadable` : '',
    excluded > 0 ? `${excluded} hidden or excluded` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? undefined : parts.join(', ');
}

type FoundEntry = Found['files'][number];

function entry({ path, type, sizeBytes }: FoundFile, lines: string[] | null): FoundEntry {
  return {
    path,
    ...(type === 'file' ? {} : { type }),
    ...(lines === null ? { sizeBytes } : { lines }),
  };
}

/** `names`: whether only names were asked for. */
export function summarize(result: SearchResult, names: boolean): Found {
  const files: FoundEntry[] = [];
  let left = MAX_CHARS;
  let cut = false;
  for (const file of result.files) {
    left -= file.path.length + FRAME_CHARS;
    const lines: string[] = [];
    for (const line of names ? [] : file.lines) {
      const text = lineText(line);
      left -= text.length + FRAME_CHARS / 4;
      if (left < 0) break;
      lines.push(text);
    }
    cut = left < 0;
    if (!cut || lines.length > 0) files.push(entry(file, names ? null : lines));
    if (cut) break;
  }
  const skipped = skippedText(result.skipped);
  return {
    root: result.root,
    files,
    matches: result.matches,
    truncated: result.truncated || cut,
    ...(skipped === undefined ? {} : { skipped }),
  };
}
