/** The shape of a tool: data and a handler of a few lines. Knows the backend port and no SDK. */
import type { z } from 'zod';
import type { Backend, CallContext, OperationGroups } from '../src/backend/port.ts';
import type { FileLinks } from './file-links.ts';
import type { HostAccess } from './host-access.ts';

/**
 * What a call does to the world; every annotation that clients see derives from it.
 * `read` changes nothing; `create` adds; `change` moves between states and may be repeated; `replace` may replace data,
 * and leaves the same however often; `write` may replace data, and something else each time; `execute` runs what the caller
 * says; `destroy` removes for good.
 */
export type ToolKind = 'read' | 'create' | 'change' | 'replace' | 'write' | 'execute' | 'destroy';

/** What a handler gets beside its checked input. */
export interface ToolCall {
  readonly backend: Backend;
  readonly context: CallContext;
  /** Absent where the caller's machine is another one, or no directory of it may be used. */
  readonly host?: HostAccess;
  /** Absent where nothing serves files over HTTP. */
  readonly links?: FileLinks;
}

/** A picture beside a result, which clients show to the model as one. */
export interface ImageBlock {
  readonly type: 'image';
  readonly mimeType: string;
  /** base64 */
  readonly data: string;
}

/** A resource that a result names, for clients to read when they want it. */
export interface ResourceLinkBlock {
  readonly type: 'resource_link';
  readonly uri: string;
  readonly name: string;
  readonly mimeType: string;
  /** bytes */
  readonly size: number;
}

export type ExtraBlock = ImageBlock | ResourceLinkBlock;

/** A result with blocks behind it, which it describes without repeating them. */
export class WithBlocks<Value> {
  readonly value: Value;
  readonly blocks: readonly ExtraBlock[];

  constructor(value: Value, blocks: readonly ExtraBlock[]) {
    this.value = value;
    this.blocks = blocks;
  }
}

/** What work is found by, now and after a restart of whoever does it. It is sealed before a client gets it. */
export type WorkReference = Readonly<Record<string, string | number>>;

/** How work stands that goes on behind its call. */
export type WorkView<Value> =
  | {
      readonly status: 'working';
      /** For people: what it is doing. */
      readonly message: string;
    }
  | {
      readonly status: 'completed';
      /** What the call would have answered, had it waited this long. */
      readonly value: Value;
      readonly endedAt: string | null;
      /** It did not end by itself. */
      readonly stopped: boolean;
    };

/** How clients that follow tasks see a call whose work goes on behind it. */
export interface ToolWork<Input extends z.ZodObject, Output extends z.ZodObject> {
  /** What the work is found by; null when `result` is all that there will be. */
  begun(input: z.output<Input>, result: z.output<Output>): WorkReference | null;
  /** Throws ThawError only; one that says that something is not there means that the work is forgotten. */
  look(reference: WorkReference, call: ToolCall): Promise<WorkView<z.input<Output>>>;
  /** Asks it to end, and does nothing when it has. */
  cancel(reference: WorkReference, call: ToolCall): Promise<void>;
}

export interface Tool<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodObject = z.ZodObject> {
  /** `sandbox_…`, snake case. */
  readonly name: string;
  readonly title: string;
  /** For a model, at most 600 characters: what it does, units, defaults, what to call next. */
  readonly description: string;
  readonly kind: ToolKind;
  /** It fetches from hosts that are neither this machine nor a sandbox; what `execute` runs may anyhow. */
  readonly fetches?: true;
  /** The operation group of the backend that it needs. */
  readonly group: keyof OperationGroups;
  /** A flat strict object. */
  readonly input: Input;
  readonly output: Output;
  /** Absent where every call waits for its end. */
  readonly work?: ToolWork<Input, Output>;
  /** Throws ThawError only. Fields that the output schema does not name are dropped from the result. */
  handle(input: z.output<Input>, call: ToolCall): Promise<z.input<Output> | WithBlocks<z.input<Output>>>;
}

/** Returns its argument; exists so that a tool file gets the types of its own schemas in `handle`. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(
  tool: Tool<Input, Output>,
): Tool<Input, Output> {
  return tool;
}
