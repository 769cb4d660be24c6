/** Makes text of a server fit to be shown: no control characters, no secret that we sent, and not too long. Pure. */

const MAX_CHARACTERS = 500;

/** `secrets` that the text repeats are hidden: a server may quote a header back. */
export function cleanText(text: string, secrets: readonly string[]): string {
  let clean = text.slice(0, MAX_CHARACTERS * 8);
  for (const secret of secrets) if (secret !== '') clean = clean.replaceAll(secret, '[hidden]');
  clean = clean
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/ {2,}/g, ' ')
    .trim();
  return clean.length > MAX_CHARACTERS ? `${clean.slice(0, MAX_CHARACTERS)}…` : clean;
}
