/** Values without the fields that are undefined, as bodies and queries want them. Pure. */

type Defined<T> = T extends readonly (infer Item)[]
  ? Defined<Item>[]
  : T extends object
    ? { [Key in keyof T]: Defined<Exclude<T[Key], undefined>> }
    : T;

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([, field]: readonly [string, unknown]) => field !== undefined,
  );
  return Object.fromEntries(entries.map(([key, field]: readonly [string, unknown]) => [key, strip(field)]));
}

const isLike = <T>(value: unknown, _like: T): value is Defined<T> => value !== undefined;

/** A copy of plain data, at every depth. */
export function withoutUndefined<T extends object>(value: T): Defined<T> {
  const stripped = strip(value);
  if (isLike(stripped, value)) return stripped;
  throw new TypeError('not plain data');
}
