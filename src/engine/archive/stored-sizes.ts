/** The sizes of all files of the object store, kept in memory, so that its bound costs no look at the disk. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

export class StoredSizes {
  readonly #sizes = new Map<string, number>();
  #bytes = 0;

  /** Throws the errno of what keeps the directory from being read. */
  static async read(directory: string): Promise<StoredSizes> {
    const sizes = new StoredSizes();
    for (const name of await readdir(directory)) {
      const facts = await stat(join(directory, name)).catch(() => null);
      if (facts !== null) sizes.set(name, facts.size);
    }
    return sizes;
  }

  get count(): number {
    return this.#sizes.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  of(name: string): number {
    return this.#sizes.get(name) ?? 0;
  }

  set(name: string, bytes: number): void {
    this.#bytes += bytes - this.of(name);
    this.#sizes.set(name, bytes);
  }

  drop(name: string): void {
    this.#bytes -= this.of(name);
    this.#sizes.delete(name);
  }

  rename(from: string, to: string): void {
    const bytes = this.of(from);
    this.drop(from);
    this.set(to, bytes);
  }
}
