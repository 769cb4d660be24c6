/**
 * Makes the output of a sandbox harmless to read: no escape sequence reaches a terminal, no hidden character a model.
 * What is left out here is kept as bytes where the output itself is kept. Pure.
 */

const ESC = '\\u001b';
/** CSI (ECMA-48 §5.4) and its 8-bit form; OSC, DCS, SOS, PM and APC up to their end; all other sequences of ESC. */
const SEQUENCES = new RegExp(
  `(?:${ESC}\\[|\\u009b)[0-?]*[ -/]*[@-~]` +
    `|${ESC}[\\]PX^_][^\\u0007${ESC}]*(?:\\u0007|${ESC}\\\\)` +
    `|${ESC}[ -/]*[0-~]`,
  'g',
);
/** C0 but tab and line feed, DEL and C1. */
const CONTROLS = /[^\P{Cc}\t\n]/gu;
/** Marks that reorder text, show nothing, or spell ASCII unseen. The joiners of emoji and scripts stay. */
const HIDDEN = /[\u00ad\u200b\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u{e0000}-\u{e007f}]/gu;

const codePoint = (character: string): string =>
  `<U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;

/** Colours and cursor movements go; a carriage return starts a line; other controls and hidden marks are spelt out. */
export function harmlessText(text: string): string {
  return text
    .replace(SEQUENCES, '')
    .replace(/\r+\n/g, '\n')
    .replace(/\r/g, '\n')
    .replace(CONTROLS, codePoint)
    .replace(HIDDEN, codePoint);
}

/** As `harmlessText`, but with everything in its place: what it leaves out is spelt out, so that two texts that differ still do. */
export const visibleText = (text: string): string =>
  text.replace(CONTROLS, codePoint).replace(HIDDEN, codePoint);

const UNSEEN = new RegExp(`${CONTROLS.source}|${HIDDEN.source}`, 'u');

/** Whether there is a character that `visibleText` spells out. */
export const hasUnseen = (text: string): boolean => UNSEEN.test(text);
