/** Bodies and queries with absent fields, as the port's types have them. Pure. */

type Given<T> = {
  [Key in keyof T as undefined extends T[Key] ? Key : never]?: Exclude<T[Key], undefined>;
} & {
  [Key in keyof T as undefined extends T[Key] ? never : Key]: T[Key];
};

function isGiven<T extends object>(_fields: T, _rest: object): _rest is Given<T> {
  return true;
}

/** Without the fields that are undefined: the port's types tell an absent one from one without a value. */
export function given<T extends object>(fields: T): Given<T> {
  const rest: object = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  if (!isGiven(fields, rest)) throw new TypeError('unreachable');
  return rest;
}
