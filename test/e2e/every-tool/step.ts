/** One call of a tool in a family's session: what is asked, and what comes of it. Calls build on those before them. */
type Arguments = Readonly<Record<string, unknown>>;

/** The last good answer of each tool. */
export type Answers = ReadonlyMap<string, Arguments>;

interface Call {
  readonly tool: string;
  readonly given: Arguments | ((answers: Answers) => Arguments);
  /** Happens outside of the client, before the call. */
  readonly before?: (stateDir: string) => void;
}

export interface GoodStep extends Call {
  /** Facts that must be in the answer. */
  readonly answered: Arguments;
}

export interface BadStep extends Call {
  /** The code of the error. */
  readonly refused: string;
}

export type Step = GoodStep | BadStep;
