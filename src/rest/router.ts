/** Finds the operation of a request by its method and path. Literal parts of a path win over parameters. */

export interface Route<Target> {
  readonly method: string;
  readonly target: Target;
  readonly segments: readonly string[];
}

export interface Match<Target> {
  readonly target: Target;
  readonly params: Readonly<Record<string, string>>;
}

const isParameter = (segment: string): boolean => segment.startsWith('{');

/** `text` as in `GET /sandbox/{sandboxIdOrName}`. */
export function parseRoute<Target>(text: string, target: Target): Route<Target> {
  const [method = '', path = ''] = text.split(' ');
  return { method, target, segments: path.split('/').slice(1) };
}

function paramsOf(
  { segments }: Route<unknown>,
  path: readonly string[],
): Readonly<Record<string, string>> | null {
  if (segments.length !== path.length) return null;
  const params: Record<string, string> = {};
  for (const [index, segment] of segments.entries()) {
    const given = path[index] ?? '';
    if (isParameter(segment)) {
      if (given === '') return null;
      params[segment.slice(1, -1)] = given;
    } else if (segment !== given) return null;
  }
  return params;
}

/** How many parts are parameters, by place: the fewer and the later, the better. */
const rank = ({ segments }: Route<unknown>): string =>
  segments.map((segment) => (isParameter(segment) ? '1' : '0')).join('');

export class Router<Target> {
  readonly #byMethod = new Map<string, Route<Target>[]>();

  constructor(routes: readonly Route<Target>[]) {
    for (const route of [...routes].sort((a, b) => (rank(a) < rank(b) ? -1 : 1))) {
      this.#byMethod.set(route.method, [...(this.#byMethod.get(route.method) ?? []), route]);
    }
  }

  /** `path` is decoded, part by part. Null where there is no such route. */
  find(method: string, path: readonly string[]): Match<Target> | null {
    for (const route of this.#byMethod.get(method) ?? []) {
      const params = paramsOf(route, path);
      if (params !== null) return { target: route.target, params };
    }
    return null;
  }
}

/** The parts of a path, decoded; null for one that is not well-formed. */
export function splitPath(path: string): readonly string[] | null {
  try {
    const parts = path.split('/').slice(1).map(decodeURIComponent);
    // A slash at the end names the same.
    return parts.length > 1 && parts.at(-1) === '' ? parts.slice(0, -1) : parts;
  } catch {
    return null;
  }
}
