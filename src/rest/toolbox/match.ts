/** Finds the route of a path: literal segments before parameters. Pure. */
import type { ToolboxRoute } from './route.ts';

const MAX_SEGMENTS = 16;

export type Match =
  | {
      readonly kind: 'found';
      readonly route: ToolboxRoute;
      readonly parameters: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'no_path' }
  /** The path is known, with other methods. */
  | { readonly kind: 'no_method' };

interface Compiled {
  readonly route: ToolboxRoute;
  readonly segments: readonly string[];
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

/** Null when a percent sign leads nowhere or a segment holds what no name has. */
function decodeSegments(path: string): string[] | null {
  const raw = path.replace(/^\//, '').replace(/\/$/, '').split('/');
  if (raw.length > MAX_SEGMENTS) return null;
  try {
    const decoded = raw.map((segment) => decodeURIComponent(segment));
    return decoded.some((segment) => segment.includes('\0')) ? null : decoded;
  } catch {
    return null;
  }
}

function fits({ segments }: Compiled, path: readonly string[]): boolean {
  return (
    segments.length === path.length &&
    segments.every((segment, index) => (isParameter(segment) ? path[index] !== '' : segment === path[index]))
  );
}

/** More literal segments first, so that `/session/entrypoint` is not taken for a session of that name. */
const byLiterals = (a: Compiled, b: Compiled): number =>
  a.segments.filter(isParameter).length - b.segments.filter(isParameter).length;

export type FindRoute = (method: string, path: string) => Match;

/** `path` is below the sandbox, without query. */
export function routeFinder(routes: readonly ToolboxRoute[]): FindRoute {
  const compiled = routes
    .map((route): Compiled => ({ route, segments: route.path.slice(1).split('/') }))
    .sort(byLiterals);
  return (method, path) => {
    const segments = decodeSegments(path);
    if (segments === null) return { kind: 'no_path' };
    const fitting = compiled.filter((candidate) => fits(candidate, segments));
    if (fitting.length === 0) return { kind: 'no_path' };
    const found = fitting.find(({ route }) => route.method === method);
    if (found === undefined) return { kind: 'no_method' };
    const parameters = found.segments.flatMap((segment, index) =>
      isParameter(segment) ? [[segment.slice(1, -1), segments[index] ?? ''] as const] : [],
    );
    return { kind: 'found', route: found.route, parameters: Object.fromEntries(parameters) };
  };
}
