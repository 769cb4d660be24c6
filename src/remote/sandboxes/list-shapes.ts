/** Which of the API's lists a server has, found out by asking once. */

/**
 * `cursor`: `GET /sandbox` answers pages with a cursor. `paginated`: only `GET /sandbox/paginated` filters and pages.
 * `array`: the one answer is an array of everything.
 */
export type ListShape = 'cursor' | 'paginated' | 'array';

export class ListShapes {
  #known: ListShape | null = null;
  /** False once the server has said that it has no numbered pages. */
  hasPages = true;

  get known(): ListShape | null {
    return this.#known;
  }

  learn(shape: ListShape): void {
    this.#known = shape;
    if (shape === 'array') this.hasPages = false;
  }
}
