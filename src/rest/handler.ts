/** What a handler of an operation gets and answers, by the operation's schemas. */
import type { z } from 'zod';
import type { ApiOperation } from '../../schemas/rest/operation.ts';
import type { RestOperationId, restOperations } from '../../schemas/rest/operations.ts';
import type { CallContext, OperationGroups } from '../backend/port.ts';
import type { Identity } from '../keys/permissions.ts';

type Operations = typeof restOperations;

type Checked<Operation, Part extends 'query' | 'body'> = Operation extends {
  readonly [Key in Part]: infer Schema;
}
  ? Schema extends z.ZodType
    ? z.infer<Schema>
    : never
  : Readonly<Record<string, never>>;

/** Text that is there, or that comes as it is made. */
export type TextAnswer = string | AsyncIterable<string>;

type AnswerOf<Operation> = Operation extends { readonly answer: infer Answer }
  ? Answer extends z.ZodType
    ? z.input<Answer>
    : Answer extends 'text'
      ? TextAnswer
      : null
  : never;

/** What every handler gets beside the checked parts of its request. */
export interface RequestFacts {
  readonly params: Readonly<Record<string, string>>;
  /** Null only for operations that are open. */
  readonly identity: Identity | null;
  readonly call: CallContext;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Waits until the backend is there. Throws `unsupported_by_backend`, and why it is not there. */
  readonly group: <Name extends keyof OperationGroups>(name: Name) => Promise<OperationGroups[Name]>;
}

export type Input<Id extends RestOperationId> = RequestFacts & {
  readonly query: Checked<Operations[Id], 'query'>;
  readonly body: Checked<Operations[Id], 'body'>;
};

export type Handler<Id extends RestOperationId> = (input: Input<Id>) => Promise<AnswerOf<Operations[Id]>>;
export type Handlers<Ids extends RestOperationId = RestOperationId> = { readonly [Id in Ids]: Handler<Id> };

export type AnyOperation = ApiOperation;
