/** Running code in a sandbox: once in a process of its own, or in contexts that keep what was defined before. */
import type {
  CodeRunRequest,
  CodeRunResult,
  CreateInterpreter,
  ExecuteCode,
  ExecutionOutcome,
  InterpreterContext,
  InterpreterEvent,
} from '../../schemas/code.ts';
import type { CallContext } from './port.ts';

export interface CodeOperations {
  /**
   * Runs a program to its end. One that fails is a result. Throws `execution_timeout` at its limit, `runtime_missing` where the
   * image cannot run the language.
   */
  run(sandbox: string, request: CodeRunRequest, context: CallContext): Promise<CodeRunResult>;
}

/** Takes an event; the code does not get far ahead of a listener that is slow. */
export type InterpreterListener = (event: InterpreterEvent) => void | Promise<void>;

/**
 * Contexts end with their sandbox's stop. There is a bound per sandbox, beyond which the one that was idle longest is
 * ended. A context that is not there is `context_not_found`, with why when that is known.
 */
export interface InterpreterOperations {
  create(sandbox: string, input: CreateInterpreter, context: CallContext): Promise<InterpreterContext>;
  /** The default ones too, where they are there. */
  list(sandbox: string, context: CallContext): Promise<readonly InterpreterContext[]>;
  /** Answers it as it was last. */
  delete(sandbox: string, contextId: string, context: CallContext): Promise<InterpreterContext>;
  /**
   * Runs code after what runs in the context already. All events come before it resolves. A cancelled one is interrupted and
   * throws `cancelled`. Throws `runtime_missing` where the image cannot run the language.
   */
  execute(
    sandbox: string,
    request: ExecuteCode,
    listener: InterpreterListener,
    context: CallContext,
  ): Promise<ExecutionOutcome>;
}
