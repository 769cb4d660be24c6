/** Words for a shell. Pure. */

/** `text` as one word that a POSIX shell takes literally. */
export const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
