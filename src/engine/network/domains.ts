/** Names that a policy lists, and which names of a question they fit. Pure. */

/** A name, or everything below one. Lower case, without a dot at the end. */
export interface DomainPattern {
  readonly name: string;
  /** Whether only names below it fit (`*.name`), and not the name itself. */
  readonly below: boolean;
}

/** The API's own rule for an entry. */
const ENTRY = /^(\*\.)?([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,}$/;
const MAX_NAME_CHARS = 253;

/** Null for what is no domain name. */
export function parseDomain(text: string): DomainPattern | null {
  if (!ENTRY.test(text) || text.length > MAX_NAME_CHARS) return null;
  const lower = text.toLowerCase();
  const below = lower.startsWith('*.');
  return { name: below ? lower.slice(2) : lower, below };
}

/** `asked` as it stands in a question: any case, with or without the dot of the root. */
export function fitsDomain(patterns: readonly DomainPattern[], asked: string): boolean {
  const name = asked.toLowerCase().replace(/\.$/, '');
  return patterns.some((pattern) =>
    pattern.below ? name.endsWith(`.${pattern.name}`) : name === pattern.name,
  );
}
