/** Gathers what comes of a piece of code into one bounded report, with its pictures apart. */
import type { CodeReport, ExecutionOutcome, InterpreterEvent } from '../../schemas/code.ts';
import { OutputCapture } from './output-capture.ts';

/** Per stream, and of all displayed values together. */
const MAX_TEXT_BYTES = 20_000;
/** Clients and models take few pictures, and few bytes of them. */
const MAX_IMAGES = 6;
const MAX_IMAGE_CHARACTERS = 4_000_000;

export interface CollectedImage {
  readonly mimeType: 'image/png' | 'image/jpeg';
  /** base64 */
  readonly data: string;
}

export class CodeCollector {
  readonly #stdout = new OutputCapture(MAX_TEXT_BYTES);
  readonly #stderr = new OutputCapture(MAX_TEXT_BYTES);
  readonly #values = new OutputCapture(MAX_TEXT_BYTES);
  readonly #images: CollectedImage[] = [];
  readonly #described: string[] = [];
  #imageCharacters = 0;
  #imagesLeftOut = 0;
  #hasValues = false;
  #error: string | null = null;

  take(event: InterpreterEvent): void {
    switch (event.type) {
      case 'stdout':
        this.#stdout.add(Buffer.from(event.text));
        break;
      case 'stderr':
        this.#stderr.add(Buffer.from(event.text));
        break;
      case 'error':
        this.#error = event.traceback === '' ? `${event.name}: ${event.value}` : event.traceback;
        break;
      case 'result':
        this.#takeResult(event);
        break;
      default:
        event satisfies never;
    }
  }

  #takeResult({ text, image, chart }: Extract<InterpreterEvent, { type: 'result' }>): void {
    if (text !== undefined) {
      this.#values.add(Buffer.from(this.#hasValues ? `\n${text}` : text));
      this.#hasValues = true;
    }
    if (image === undefined) return;
    const size = image.data.length;
    if (this.#images.length >= MAX_IMAGES || this.#imageCharacters + size > MAX_IMAGE_CHARACTERS) {
      this.#imagesLeftOut += 1;
      return;
    }
    this.#imageCharacters += size;
    this.#images.push(image);
    const what = chart === undefined ? '' : ` (${[chart.type, chart.title ?? ''].join(' ').trim()})`;
    this.#described.push(`${image.mimeType}${what}`);
  }

  get images(): readonly CollectedImage[] {
    return this.#images;
  }

  report({ contextId, status, contextIsNew, contextLost, note }: ExecutionOutcome): CodeReport {
    const [out, err, values] = [this.#stdout, this.#stderr, this.#values].map((capture) => capture.result());
    const more = this.#imagesLeftOut;
    return {
      status,
      contextIsNew,
      contextLost,
      note,
      context: contextId,
      stdout: out?.text ?? '',
      stderr: err?.text ?? '',
      result: this.#hasValues ? (values?.text ?? '') : null,
      error: this.#error,
      images: [...this.#described, ...(more === 0 ? [] : [`${more} more left out`])],
    };
  }
}
