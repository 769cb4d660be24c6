/** One piece of code on its way through an interpreter: what comes of it, told to its listener in order. */
import { StringDecoder } from 'node:string_decoder';
import type { InterpreterEvent } from '../../../schemas/code.ts';
import type { InterpreterListener } from '../../backend/code-operations.ts';
import { deferred } from '../agent/deferred.ts';
import type { OutputName } from '../agent/port.ts';
import type { DriverFrame } from './driver-frames.ts';

export class Cell {
  readonly id: number;
  /** Resolves when both streams came to the end of the code. */
  readonly done = deferred<'done'>();
  /** Rejects with what the listener threw, which is then told no more. */
  readonly refused = deferred<never>();
  readonly #listener: InterpreterListener;
  readonly #decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  readonly #ended = new Set<OutputName>();
  #failed = false;
  #isRefused = false;

  constructor(id: number, listener: InterpreterListener) {
    this.id = id;
    this.#listener = listener;
  }

  /** Whether an exception ended it. */
  get failed(): boolean {
    return this.#failed;
  }

  get isRefused(): boolean {
    return this.#isRefused;
  }

  async print(name: OutputName, bytes: Buffer): Promise<void> {
    const text = this.#decoders[name].write(bytes);
    if (text !== '') await this.#tell({ type: name, text });
  }

  async take(name: OutputName, frame: Exclude<DriverFrame, { type: 'ready' }>): Promise<void> {
    if (frame.type === 'end') await this.#endOf(name, frame.id);
    else if (frame.type === 'error') {
      this.#failed = true;
      await this.#tell(frame);
    } else {
      const { text, image, chart } = frame;
      const png = image === undefined ? {} : { png: image.data };
      await this.#tell({
        type: 'result',
        ...(text === undefined ? {} : { text }),
        ...(image === undefined ? {} : { image }),
        ...(chart === undefined ? {} : { chart: { ...chart, ...png } }),
      });
    }
  }

  async #endOf(name: OutputName, id: number): Promise<void> {
    if (id !== this.id) return;
    const rest = this.#decoders[name].end();
    if (rest !== '') await this.#tell({ type: name, text: rest });
    this.#ended.add(name);
    if (this.#ended.size === 2) this.done.resolve('done');
  }

  async #tell(event: InterpreterEvent): Promise<void> {
    if (this.#isRefused) return;
    try {
      await this.#listener(event);
    } catch (error) {
      this.#isRefused = true;
      this.refused.reject(error instanceof Error ? error : new Error('the listener failed'));
    }
  }
}
