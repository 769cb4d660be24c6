/** One client of a terminal: a bounded queue of what it has not taken yet. */

const MAX_WAITING_BYTES = 1024 * 1024;

export class Viewer {
  readonly #waiting: Buffer[] = [];
  #bytes = 0;
  #ended = false;
  #wakeReader: () => void = () => undefined;
  #wakeWriter: () => void = () => undefined;

  /** Whether the terminal is to wait for this client. */
  get isFull(): boolean {
    return !this.#ended && this.#bytes > MAX_WAITING_BYTES;
  }

  push(chunk: Buffer): void {
    if (this.#ended || chunk.length === 0) return;
    this.#waiting.push(chunk);
    this.#bytes += chunk.length;
    this.#wakeReader();
  }

  /** What waits is still taken. */
  end(): void {
    this.#ended = true;
    this.#wakeReader();
    this.#wakeWriter();
  }

  /** Resolves when there is room again, or it has ended. */
  async hasRoom(): Promise<void> {
    while (this.isFull)
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
  }

  async *output(): AsyncGenerator<Buffer> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next !== undefined) {
        this.#bytes -= next.length;
        if (!this.isFull) this.#wakeWriter();
        yield next;
      } else if (this.#ended) return;
      else
        await new Promise<void>((resolve) => {
          this.#wakeReader = resolve;
        });
    }
  }
}
