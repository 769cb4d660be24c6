/**
 * What a failed git means. git tells most failures by one exit status (128) and a text only; under LC_ALL=C these texts
 * have been the same for years. All that is recognised by text is in this file.
 */
import { type ErrorCode, ThawError } from '../../errors.ts';

const MAX_MESSAGE_LENGTH = 600;
/** What is looked at, half from either end: whatever calls itself git in a sandbox may print anything. */
const MAX_READ_LENGTH = 16_384;

/** In this order: the more special ones first. */
const meanings: readonly (readonly [ErrorCode, RegExp])[] = [
  [
    'git_auth_failed',
    /Authentication failed|could not read (?:Username|Password)|terminal prompts disabled|HTTP Basic: Access denied|returned error: 401|Permission denied \(publickey/,
  ],
  ['git_remote_rejected', /\[remote rejected\]|pre-receive hook declined|returned error: 403/],
  ['git_push_rejected', /\[rejected\]|non-fast-forward|Not possible to fast-forward|divergent branches/],
  [
    'git_branch_not_found',
    /Remote branch .* not found|[Cc]ouldn't find remote ref|src refspec .* does not match|pathspec '.*' did not match|invalid reference|unknown revision|branch '.*' not found|unable to read tree|ambiguous argument|bad revision|not a commit|reference is not a tree/,
  ],
  [
    'git_merge_conflict',
    /^CONFLICT|Automatic merge failed|unmerged (?:files|paths)|have not concluded your merge|needs merge/m,
  ],
  [
    'git_dirty_worktree',
    /would be overwritten by|Please commit your changes or stash them|Entry '.*' not uptodate|contains modified or untracked/,
  ],
  ['file_exists', /already exists and is not an empty directory/],
  [
    'git_repository_not_found',
    /not a git repository|cannot change to|does not appear to be a git repository|[Rr]epository .*not found|returned error: 404|repository '.*' does not exist/,
  ],
  [
    'git_transport_failed',
    /Could not resolve host|unable to access|unable to connect|Connection (?:refused|reset|timed out)|Failed to connect|early EOF|hung up|Could not read from remote|certificate|unable to update url|unable to look up/,
  ],
  ['permission_denied', /[Pp]ermission denied|dubious ownership|could not lock config file/],
  ['state_conflict', /nothing to commit|nothing added to commit|no changes added to commit/],
];

/** Without what may be a secret: the part of URLs before the host, and the given words. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  const masked = text.replace(/\/\/[^/@\s]*@/g, '//');
  return secrets
    .filter((secret) => secret !== '')
    .reduce((rest, secret) => rest.replaceAll(secret, '[hidden]'), masked);
}

/** The lines that say what is wrong; all of them where git marks none. */
function essence(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const marked = lines.filter((line) => /^(?:fatal|error|CONFLICT|!|remote: (?:error|fatal))/.test(line));
  const shown = (marked.length > 0 ? marked : lines).filter((line) => line !== '').join(' ');
  return shown.replace(/\b(?:fatal|error): /g, '').slice(0, MAX_MESSAGE_LENGTH);
}

function bounded(output: string): string {
  if (output.length <= MAX_READ_LENGTH) return output;
  const half = MAX_READ_LENGTH / 2;
  return `${output.slice(0, half)}\n${output.slice(-half)}`;
}

/** `said` is what git said, standard error and output. */
export function gitFailure(said: string, secrets: readonly string[] = []): ThawError {
  const output = bounded(said);
  const code = meanings.find(([, pattern]) => pattern.test(output))?.[0] ?? 'git_failed';
  return new ThawError(code, withoutSecrets(essence(output), secrets) || 'git failed without saying why.');
}
