/** The surface of every connection: the owner's own setting once, and one catalogue for each way in which it is narrowed. */
import type { Tool } from '../../tools/define-tool.ts';
import { ThawError } from '../errors.ts';
import { buildCatalogue, type Catalogue } from './catalogue.ts';
import { openSettings, selectTools, soleSandbox } from './surface.ts';
import { readSurfaceWords, type SurfaceSettings, type SurfaceWords } from './surface-settings.ts';

/** A catalogue takes milliseconds to make; clients with settings of their own are few kinds. */
const MAX_KEPT = 64;

export class Surfaces {
  readonly #tools: readonly Tool[];
  readonly #names: readonly string[];
  readonly #bound: SurfaceSettings;
  readonly #kept = new Map<string, Catalogue>();

  /** Throws `invalid_argument` when `owner` names what does not exist, or leaves no tool. */
  constructor(tools: readonly Tool[], owner: SurfaceWords) {
    this.#tools = tools;
    this.#names = tools.map(({ name }) => name);
    this.#bound = readSurfaceWords(owner, this.#names);
    this.for(null);
  }

  /** Throws `invalid_argument` or `permission_denied`. Null: the connection asks for nothing. */
  for(words: SurfaceWords | null): Catalogue {
    const wish = words === null ? openSettings : readSurfaceWords(words, this.#names);
    const key = JSON.stringify(wish);
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const chosen = selectTools(this.#tools, this.#bound, wish);
    if (chosen.length === 0) {
      throw new ThawError('invalid_argument', 'The settings of the tools leave none.', {
        next: 'Choose other toolsets, or leave read-only or exclude-tools out.',
      });
    }
    const catalogue = buildCatalogue(chosen, {
      sandbox: soleSandbox(this.#bound, wish),
      readOnly: this.#bound.readOnly || wish.readOnly,
    });
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(key, catalogue);
    return catalogue;
  }
}
