/** One wrong call: the tool, its arguments, and what the error's text must contain. */
export type BadCall = readonly [tool: string, given: Readonly<Record<string, unknown>>, expected: string];
