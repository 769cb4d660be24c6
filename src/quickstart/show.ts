/** What the quickstart prints of a call: its arguments and its answer, each in short. */

const MAX_TEXT = 40;

function shortValue(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  const [first = ''] = value.split('\n');
  const isWhole = first === value && value.length <= MAX_TEXT;
  return isWhole
    ? JSON.stringify(value)
    : `${JSON.stringify(first.slice(0, MAX_TEXT))}… (${value.length} characters)`;
}

/** `sandbox_exec(sandbox: "demo", command: "ls")` */
export function shortCall(tool: string, args: Readonly<Record<string, unknown>>): string {
  const parts = Object.entries(args).map(([name, value]) => `${name}: ${shortValue(value)}`);
  return `${tool}(${parts.join(', ')})`;
}

/** Every line moved to the right. */
export const indent = (text: string): string => text.replace(/^/gm, '    ');
