/** Called for each unit of work, or with their number. */
export type OnStep = (steps?: number) => void;

/** A `LIKE` pattern. It keeps nothing of whoever compiled it, so that others can use it: each counts its own steps. */
export type LikePattern = (text: string, onStep: OnStep) => boolean;

/** Characters that the platform copies or compares in the time of a step. */
export const CHARACTERS_PER_STEP = 32;

// A call for each character would take longer than the search.
const COUNTED_TOGETHER = 100;
// The borders of a text of one character: a pattern may have thousands.
const SHORT: readonly number[] = Object.freeze([0]);

/** A `LIKE` pattern from its pieces, between which any text matches. Case is ignored. */
export function likePattern(pieces: readonly string[], onStep: OnStep): LikePattern {
  const [first = '', ...others] = pieces.map((piece) => piece.toLowerCase());
  const last = others.pop();
  const middle = others.filter((piece) => piece !== '').map((piece) => new Needle(piece, onStep));
  return (cased, count) => {
    count(cased.length / CHARACTERS_PER_STEP);
    const text = cased.toLowerCase();
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    // The leftmost match of each piece leaves the most room for the next, so nothing is tried twice.
    let end = first.length;
    for (const needle of middle) {
      const found = needle.find(text, end, count);
      if (found < 0) return false;
      end = found + needle.length;
    }
    return end <= text.length - last.length;
  };
}

/** A text to search for. The search of Knuth, Morris and Pratt takes time linear in both lengths, for any texts. */
export class Needle {
  readonly #text: string;
  /** For each prefix, the length of the longest proper prefix that is also its suffix. */
  readonly #borders: readonly number[];

  constructor(text: string, onStep: OnStep) {
    this.#text = text;
    this.#borders = SHORT;
    if (text.length < 2) return;
    const count = new Count(onStep);
    const borders = [0];
    this.#borders = borders;
    let length = 0;
    for (let index = 1; index < text.length; index++) {
      length = this.#grow(length, text[index], count);
      borders.push(length);
    }
    count.end();
  }

  get length(): number {
    return this.#text.length;
  }

  /** Its index in a text, from an index on, or -1. */
  find(text: string, from: number, onStep: OnStep): number {
    const count = new Count(onStep);
    const needed = this.#text.length;
    let length = 0;
    let index = from;
    while (length < needed && index < text.length) length = this.#grow(length, text[index++], count);
    count.end();
    return length < needed ? -1 : index - length;
  }

  // The number of its characters that match after the next character, from the number before it.
  #grow(found: number, next: string | undefined, count: Count): number {
    let length = found;
    count.one();
    while (length > 0 && next !== this.#text[length]) {
      count.one();
      length = this.#borders[length - 1] ?? 0;
    }
    return next === this.#text[length] ? length + 1 : length;
  }
}

/** Counts the steps of one search, many together. */
class Count {
  readonly #onStep: OnStep;
  #steps = 0;

  constructor(onStep: OnStep) {
    this.#onStep = onStep;
  }

  one(): void {
    if (++this.#steps >= COUNTED_TOGETHER) this.end();
  }

  end(): void {
    const steps = this.#steps;
    this.#steps = 0;
    this.#onStep(steps);
  }
}
