/** Takes files out of request bodies, multipart or raw, and hands them on as they come. */
import { Busboy, type BusboyFileStream } from '@fastify/busboy';
import { ThawError, toThawError } from '../../errors.ts';
import type { ToolboxCall } from './route.ts';

const MAX_FILES = 1_000;
/** Longer ones are cut, and then refused for their length. */
const MAX_FIELD_BYTES = 16_384;
const MAX_HEADERS = 32;
/** A client that sends nothing for this long is given up. */
const STALL_MS = 60_000;

/** Ends a body that does not come on although it is waited for. Answers what ends the watch. */
function watchStall({ request, clock }: ToolboxCall, onStall: (error: ThawError) => void): () => void {
  let seen = -1;
  let cancel: () => void = () => undefined;
  const look = (): void => {
    cancel = clock.schedule(STALL_MS, () => {
      const { bytesRead } = request.socket;
      // What is there and not taken yet is not the client's fault.
      if (bytesRead === seen && request.readableLength === 0) {
        onStall(new ThawError('request_timeout', 'The upload did not come on.'));
        return;
      }
      seen = bytesRead;
      look();
    });
  };
  look();
  return () => cancel();
}

/** What a client sent as one file. `name` is the field's; `path` the value of the field before it that names the place. */
export interface SentFile {
  readonly field: string;
  /** Values of the fields before it. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whoever leaves it early leaves the rest of the body as it is. */
  readonly content: AsyncIterable<Uint8Array>;
}

const brokenMultipart = (cause: unknown): ThawError =>
  new ThawError('invalid_argument', 'The body is no complete multipart/form-data.', { cause });

function open({ request }: ToolboxCall): InstanceType<typeof Busboy> {
  const { 'content-type': type = '' } = request.headers;
  if (!/^multipart\/form-data\s*;/i.test(type))
    throw new ThawError('invalid_argument', 'A body of multipart/form-data is expected.');
  try {
    return new Busboy({
      headers: { ...request.headers, 'content-type': type },
      limits: {
        files: MAX_FILES,
        fields: MAX_FILES,
        fieldSize: MAX_FIELD_BYTES,
        fieldNameSize: 200,
        headerPairs: MAX_HEADERS,
      },
    });
  } catch (error) {
    throw brokenMultipart(error);
  }
}

/**
 * Calls `take` for each file in turn; the next part is read when its content was. What `take` throws is its own
 * business. Throws `invalid_argument` for a body that is no multipart or ends early, `request_timeout`, `cancelled`.
 */
export async function readFiles(call: ToolboxCall, take: (file: SentFile) => Promise<void>): Promise<void> {
  const { request, context } = call;
  const busboy = open(call);
  const fields = new Map<string, string>();
  const working: Promise<void>[] = [];
  let current: BusboyFileStream | null = null;
  const parsed = new Promise<void>((resolve, reject) => {
    const end = (settle: () => void): void => {
      stopWatch();
      context.signal.removeEventListener('abort', onAbort);
      request.unpipe(busboy);
      request.resume();
      settle();
    };
    const fail = (error: ThawError): void =>
      end(() => {
        current?.destroy(error);
        reject(error);
      });
    const onAbort = (): void => fail(toThawError(context.signal.reason));
    const stopWatch = watchStall(call, fail);
    busboy.on('field', (name, value) => fields.set(name, value));
    busboy.on('file', (field, content) => {
      current = content;
      // The error reaches whoever reads it; nobody else has to care.
      content.on('error', () => undefined);
      const pieces = content.iterator({ destroyOnReturn: false });
      const taken = async (): Promise<void> => {
        try {
          await take({ field, fields, content: pieces });
        } finally {
          // Left in the middle, the iterator would keep the rest from being passed over.
          await pieces.return?.();
          content.resume();
        }
      };
      const work = taken();
      // Nobody waits for the rest of a body that leads nowhere.
      work.catch((error: unknown) => fail(toThawError(error)));
      working.push(work);
    });
    const refuse = (): void =>
      fail(new ThawError('invalid_argument', `There are more than ${MAX_FILES} parts.`));
    busboy.on('filesLimit', refuse).on('fieldsLimit', refuse);
    busboy.on('error', (error: unknown) => fail(brokenMultipart(error)));
    busboy.on('finish', () => end(resolve));
    request.once('error', (error) => fail(brokenMultipart(error)));
    context.signal.addEventListener('abort', onAbort, { once: true });
    if (context.signal.aborted) onAbort();
    else request.pipe(busboy);
  });
  try {
    await parsed;
  } finally {
    // Nothing of this request goes on behind its answer.
    await Promise.allSettled(working);
  }
  await Promise.all(working);
}

/** The body itself as one file. */
export async function readRaw<T>(
  call: ToolboxCall,
  take: (content: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { request, context } = call;
  const fail = (error: ThawError): void => void request.destroy(error);
  const onAbort = (): void => fail(toThawError(context.signal.reason));
  const stopWatch = watchStall(call, fail);
  context.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await take(request.iterator({ destroyOnReturn: false }));
  } finally {
    stopWatch();
    context.signal.removeEventListener('abort', onAbort);
  }
}
