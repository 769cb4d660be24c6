/** What is wrong with a request, in the words of the API's validation: every complaint, joined into one text. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;
type RawIssue = z.core.$ZodRawIssue;

const types: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number conforming to the specified constraints',
  int: 'an integer number',
  boolean: 'a boolean value',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

/** Longer lists of complaints help nobody. */
const MAX_COMPLAINTS = 20;

function limit(kind: 'small' | 'big', origin: string, bound: number | bigint): string {
  const word = kind === 'small' ? 'less' : 'greater';
  if (origin === 'string') {
    if (kind === 'small' && bound === 1) return 'should not be empty';
    const side = kind === 'small' ? 'longer' : 'shorter';
    return `must be ${side} than or equal to ${bound} characters`;
  }
  if (origin === 'array') {
    return `must contain ${kind === 'small' ? 'at least' : 'no more than'} ${bound} elements`;
  }
  return `must not be ${word} than ${bound}`;
}

/** Of complaints that the schema has no words of its own for. */
function predicate(issue: RawIssue): string {
  if (issue.code === 'invalid_type') return `must be ${types[issue.expected] ?? issue.expected}`;
  if (issue.code === 'too_small') return limit('small', issue.origin, issue.minimum);
  if (issue.code === 'too_big') return limit('big', issue.origin, issue.maximum);
  if (issue.code === 'invalid_value') {
    return `must be one of the following values: ${issue.values.map(String).join(', ')}`;
  }
  if (issue.code === 'invalid_format' && issue.format === 'datetime')
    return 'must be a valid ISO 8601 date string';
  if (issue.code === 'invalid_key') return 'has a name that is not allowed';
  return 'is not valid';
}

/** Words for complaints without their own; given to a parse. */
export const complaints = { error: (issue: RawIssue) => predicate(issue) };

function subject(path: readonly PropertyKey[]): string {
  const last = path.at(-1);
  if (typeof last === 'number') return `each value in ${path.slice(0, -1).map(String).join('.')}`;
  return path.map(String).join('.');
}

/** Complaints that begin like this need to be told what they are about. */
const needsSubject = /^(?:must|should|has|is) /;

/** All of it in one text, as the API joins it. */
export function describeIssues(issues: readonly Issue[]): string {
  const texts = issues.slice(0, MAX_COMPLAINTS).map(({ path, message }) => {
    if (!needsSubject.test(message)) return message;
    return path.length === 0 ? `body ${message}` : `${subject(path)} ${message}`;
  });
  return [...new Set(texts)].join(', ');
}
