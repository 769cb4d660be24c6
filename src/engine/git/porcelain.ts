/** Reads what git prints for programs. Pure. */
import type { GitCommitInfo, GitFileState, GitFileStatus, GitStatus } from '../../../schemas/git.ts';

const states: Readonly<Record<string, GitFileState>> = {
  '.': 'Unmodified',
  M: 'Modified',
  T: 'Modified',
  A: 'Added',
  D: 'Deleted',
  R: 'Renamed',
  C: 'Copied',
  U: 'Updated but unmerged',
  '?': 'Untracked',
};

const stateOf = (letter: string | undefined): GitFileState => states[letter ?? '.'] ?? 'Modified';

/** How many fields there are before the name, by the kind of a line of `status --porcelain=v2`. */
const fieldsBefore: Readonly<Record<string, number>> = { '1': 8, '2': 9, u: 10 };

/** The rest behind `count` fields that are parted by spaces. */
function behind(line: string, count: number): string {
  let at = 0;
  for (let field = 0; field < count; field += 1) at = line.indexOf(' ', at) + 1;
  return line.slice(at);
}

function fileStatus(line: string, origin: string): GitFileStatus {
  const kind = line[0] ?? '';
  if (kind === '?') return { name: line.slice(2), staging: 'Untracked', worktree: 'Untracked', extra: '' };
  const [staging, worktree] = kind === 'u' ? ['U', 'U'] : [line[2], line[3]];
  return {
    name: behind(line, fieldsBefore[kind] ?? 0),
    staging: stateOf(staging),
    worktree: stateOf(worktree),
    extra: origin,
  };
}

/** `git status --porcelain=v2 --branch -z`. */
export function parseStatus(text: string): GitStatus {
  const lines = text.split('\0');
  const header = (name: string): string =>
    lines.find((line) => line.startsWith(`# branch.${name} `))?.slice(`# branch.${name} `.length) ?? '';
  const head = header('head');
  const detached = head === '(detached)';
  const [, ahead = '0', behindCount = '0'] = /^\+(\d+) -(\d+)$/.exec(header('ab')) ?? [];
  const files: GitFileStatus[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (!/^[12u?] /.test(line)) continue;
    // The name before the renaming is an entry of its own behind this one.
    const isRenamed = line.startsWith('2 ');
    files.push(fileStatus(line, isRenamed ? (lines[at + 1] ?? '') : ''));
    if (isRenamed) at += 1;
  }
  return {
    currentBranch: detached ? 'HEAD' : head,
    detached,
    upstream: header('upstream'),
    branchPublished: header('upstream') !== '',
    ahead: Number(ahead),
    behind: Number(behindCount),
    fileStatus: files,
  };
}

const SEPARATOR = '\u001f';
export const LOG_FORMAT = ['%H', '%an', '%ae', '%aI', '%B'].join('%x1f');

/** `git log -z --format=LOG_FORMAT`. */
export function parseLog(text: string): GitCommitInfo[] {
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [hash = '', author = '', email = '', timestamp = '', ...message] = entry.split(SEPARATOR);
      return { hash, author, email, timestamp, message: message.join(SEPARATOR).replace(/\n+$/, '') };
    });
}

/** Lines of `name url`, ended by NUL, of `git config --get-regexp -z ^remote\..*\.url$`. */
export function parseRemotes(text: string): { name: string; url: string }[] {
  return text.split('\0').flatMap((entry) => {
    const match = /^remote\.(.*)\.url\n([^]*)$/.exec(entry);
    return match === null ? [] : [{ name: match[1] ?? '', url: match[2] ?? '' }];
  });
}
