/** What builds printed: bounded in memory while they run, and on disk until their record goes. */
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Clock } from '../../clock.ts';
import { type Captured, OutputCapture } from '../../content/output-capture.ts';
import type { Logger } from '../../log.ts';

/** Of one log; the middle of a longer one is left out. */
const MAX_LOG_BYTES = 1024 * 1024;
const WRITE_EVERY_MS = 1_000;
const SUFFIX = '.log';

/** The log of a build under way. */
export class BuildLog {
  readonly #capture = new OutputCapture(MAX_LOG_BYTES);
  readonly #write: (text: string) => Promise<void>;
  readonly #clock: Clock;
  #cancelTimer: (() => void) | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(clock: Clock, write: (text: string) => Promise<void>) {
    this.#clock = clock;
    this.#write = write;
  }

  add(text: string): void {
    this.#capture.add(Buffer.from(text, 'utf8'));
    this.#cancelTimer ??= this.#clock.schedule(WRITE_EVERY_MS, () => {
      this.#cancelTimer = null;
      this.#flush();
    });
  }

  text(): string {
    return this.#capture.result().text;
  }

  #flush(): void {
    this.#writing = this.#writing.then(() => this.#write(this.text()));
  }

  /** Resolves when all of it is on disk. */
  async close(): Promise<void> {
    this.#cancelTimer?.();
    this.#flush();
    await this.#writing;
  }
}

export class BuildLogs {
  readonly #directory: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #open = new Map<string, BuildLog>();

  /** `stateDir` is the owner's own directory. */
  constructor(stateDir: string, clock: Clock, log: Logger) {
    this.#directory = join(stateDir, 'build-logs');
    this.#clock = clock;
    this.#log = log;
  }

  #path(id: string): string {
    return join(this.#directory, `${id}${SUFFIX}`);
  }

  /** Begins a log. One that cannot be written is no reason to fail a build: it is there as long as the build runs. */
  open(id: string): BuildLog {
    const log = new BuildLog(this.#clock, async (text) => {
      try {
        await mkdir(this.#directory, { recursive: true, mode: 0o700 });
        await writeFile(this.#path(id), text, { mode: 0o600 });
      } catch (error) {
        this.#log.warn({ err: error, build: id }, 'the log of a build could not be written');
      }
    });
    this.#open.set(id, log);
    return log;
  }

  async close(id: string): Promise<void> {
    await this.#open.get(id)?.close();
    this.#open.delete(id);
  }

  /** Head and tail of it within `maxBytes`; nothing of a log that is not there. */
  async read(id: string, maxBytes: number): Promise<Captured> {
    const text = this.#open.get(id)?.text() ?? (await readFile(this.#path(id), 'utf8').catch(() => ''));
    const capture = new OutputCapture(maxBytes);
    capture.add(Buffer.from(text, 'utf8'));
    return capture.result();
  }

  /** Where it is on the machine of the owner; its text so far is there when this resolves. */
  async url(id: string): Promise<string> {
    await this.#open.get(id)?.close();
    return pathToFileURL(this.#path(id)).href;
  }

  async remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true });
  }

  /** Removes every log whose id is not in `known`. */
  async sweep(known: ReadonlySet<string>): Promise<void> {
    const names = await readdir(this.#directory).catch(() => []);
    const strays = names.filter((name) => !known.has(name.slice(0, -SUFFIX.length)));
    for (const name of strays) await rm(join(this.#directory, name), { force: true });
  }
}
