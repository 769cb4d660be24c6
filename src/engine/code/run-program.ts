/** Runs a whole program once, with what it prints merged as a terminal would show it, and its charts beside that. */
import { constants } from 'node:os';
import {
  type Chart,
  type CodeRunRequest,
  type CodeRunResult,
  DEFAULT_PROGRAM_SECONDS,
} from '../../../schemas/code.ts';
import type { CallContext } from '../../backend/port.ts';
import { OutputCapture } from '../../content/output-capture.ts';
import { ThawError } from '../../errors.ts';
import { deferred } from '../agent/deferred.ts';
import type { GuestProcess, ProcessExit } from '../agent/port.ts';
import { MAX_FRAME_BYTES, readFrame } from './driver-frames.ts';
import { nodeProgram } from './javascript/program.ts';
import { type CodePlace, launchPythonProgram, runtimeMissing, spawnRuntime } from './launch.ts';
import { DriverViolation, PieceReader } from './piece-reader.ts';

/** Of what is printed; the middle of more is left out. */
const MAX_OUTPUT_BYTES = 10_000_000;
const MAX_CHARTS = 20;
const MAX_CHART_BYTES = 20_000_000;
/** Processes that even SIGKILL does not end at once sit in the kernel; the caller is not kept waiting for them. */
const GIVE_UP_AFTER_MS = 3_000;
const FAILED_BY_SIGNAL = 128;
const { SIGKILL } = constants.signals;

interface Started {
  readonly process: GuestProcess;
  /** What came on stderr, which the program itself does not have. */
  readonly aside: (chunk: Buffer) => void;
  /** Called at the end. Throws what speaks against the run. */
  readonly check: (exit: ProcessExit) => void;
}

/** Charts as they come; what makes no sense is no chart. */
class Charts {
  readonly list: Chart[] = [];
  readonly #reader: PieceReader;
  #bytes = 0;
  #broken = false;

  constructor(nonce: string) {
    this.#reader = new PieceReader(nonce, MAX_FRAME_BYTES);
  }

  take(chunk: Buffer): void {
    if (this.#broken) return;
    try {
      for (const part of this.#reader.feed(chunk)) if (part.kind === 'frame') this.#add(part.frame);
    } catch (error) {
      if (!(error instanceof DriverViolation)) throw error;
      this.#broken = true;
    }
  }

  #add(bytes: Buffer): void {
    const frame = readFrame(bytes);
    if (frame.type !== 'result' || frame.chart === undefined) return;
    this.#bytes += bytes.length;
    if (this.list.length >= MAX_CHARTS || this.#bytes > MAX_CHART_BYTES) return;
    const { chart, image } = frame;
    this.list.push(image === undefined ? chart : { ...chart, png: image.data });
  }
}

async function startPython(
  place: CodePlace,
  { code, argv = [] }: CodeRunRequest,
  charts: Chart[],
): Promise<Started> {
  const { process, nonce } = await launchPythonProgram(place, { code, argv });
  const found = new Charts(nonce);
  return {
    process,
    aside: (chunk) => found.take(chunk),
    check: () => void charts.push(...found.list),
  };
}

/** A shell gives both streams one pipe; only it can still write to the other one, to say that there is no node. */
const NODE_SHELL = 'command -v node >/dev/null 2>&1 || { echo none >&2; exit 127; }; exec node "$@" 2>&1';

async function startNode(
  place: CodePlace,
  program: { readonly code: string; readonly form: 'script' | 'module' },
  { argv = [], language }: CodeRunRequest,
): Promise<Started> {
  const options = program.form === 'module' ? ['--input-type=module'] : [];
  const line = ['/bin/sh', '-c', NODE_SHELL, 'sh', ...options, '-', ...argv];
  const process = await spawnRuntime(place, language, line);
  let missing = false;
  const sending = process.write(Buffer.from(program.code)).catch(() => undefined);
  sending.then(
    () => process.closeStdin(),
    () => undefined,
  );
  return {
    process,
    aside: () => {
      missing = true;
    },
    check: () => {
      if (missing) throw runtimeMissing(language);
    },
  };
}

/** The end of the process. Throws `execution_timeout` and `cancelled` once it was killed. */
async function waitForExit(
  process: GuestProcess,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProcessExit> {
  const stopped: ThawError[] = [];
  const gaveUp = deferred<null>();
  const timers: NodeJS.Timeout[] = [];
  const end = (error: ThawError): void => {
    stopped.push(error);
    process.signal(SIGKILL);
    timers.push(setTimeout(() => gaveUp.resolve(null), GIVE_UP_AFTER_MS));
  };
  const onTimeout = (): void =>
    end(new ThawError('execution_timeout', `The code ran longer than ${timeoutMs / 1000} s and was killed.`));
  const onAbort = (): void =>
    end(new ThawError('cancelled', 'The code was cancelled and its process group was killed.'));
  timers.push(setTimeout(onTimeout, timeoutMs));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const exit = await Promise.race([process.exited, gaveUp.promise]);
    const [reason] = stopped;
    if (reason !== undefined) throw reason;
    return exit ?? { code: null, signal: SIGKILL };
  } finally {
    signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  }
}

async function drain(process: GuestProcess, output: OutputCapture, aside: (chunk: Buffer) => void) {
  const [main, other] = [process.output('stdout'), process.output('stderr')];
  const reading = Promise.all([
    (async () => {
      for await (const chunk of main) output.add(chunk);
    })(),
    (async () => {
      for await (const chunk of other) aside(chunk);
    })(),
  ]);
  await reading;
}

/** Throws `execution_timeout` at the limit, `cancelled`, `runtime_missing`, and as `AgentConnection.spawn`. */
export async function runProgram(
  place: CodePlace,
  request: CodeRunRequest,
  { signal }: CallContext,
): Promise<CodeRunResult> {
  const charts: Chart[] = [];
  let started: Started;
  if (request.language === 'python') started = await startPython(place, request, charts);
  else {
    const program = await nodeProgram(request);
    if ('message' in program) return { exitCode: 1, result: `${program.message}\n`, charts };
    started = await startNode(place, program, request);
  }
  const { process, aside, check } = started;
  const output = new OutputCapture(MAX_OUTPUT_BYTES);
  const reading = drain(process, output, aside);
  reading.catch(() => undefined);
  const exit = await waitForExit(process, (request.timeoutSeconds ?? DEFAULT_PROGRAM_SECONDS) * 1000, signal);
  await reading;
  check(exit);
  const exitCode = exit.code ?? FAILED_BY_SIGNAL + (exit.signal ?? 0);
  return { exitCode, result: output.result().text, charts };
}
