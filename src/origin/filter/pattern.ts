/** Told of each unit of work, so that tests can count it. */
export type OnStep = () => void;

/** Where the text that it was made for is found in another from an index on, or -1. */
export type Finder = (text: string, from: number) => number;

/** A `LIKE` pattern. */
export type Pattern = (text: string) => boolean;

/** Finds a text by Knuth, Morris and Pratt's search, whose work is linear in both lengths whatever they hold. */
export function finderOf(needle: string, onStep: OnStep): Finder {
  const grow = growerOf(needle, onStep);
  return (text, from) => {
    let length = 0;
    let index = from;
    while (length < needle.length && index < text.length) length = grow(length, text[index++]);
    return length < needle.length ? -1 : index - length;
  };
}

/** A pattern from its pieces, between which anything may stand. Upper and lower case are the same. */
export function patternOf(pieces: readonly string[], onStep: OnStep): Pattern {
  const [first = '', ...others] = pieces.map((piece) => piece.toLowerCase());
  const last = others.pop();
  const middle = others.map((needle) => ({ length: needle.length, find: finderOf(needle, onStep) }));
  return (cased) => {
    const text = cased.toLowerCase();
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || !text.endsWith(last)) return false;
    // The leftmost place of each piece leaves the most room for the next: there is no need to go back.
    let end = first.length;
    for (const { length, find } of middle) {
      const found = find(text, end);
      if (found < 0) return false;
      end = found + length;
    }
    return end <= text.length - last.length;
  };
}

// How many characters of the needle have been found, when there were so many and this one is next.
function growerOf(needle: string, onStep: OnStep): (length: number, next: string | undefined) => number {
  // For each prefix, the length of the longest proper prefix that is also its suffix.
  const borders = [0];
  const grow = (found: number, next: string | undefined): number => {
    let length = found;
    onStep();
    while (length > 0 && next !== needle[length]) {
      onStep();
      length = borders[length - 1] ?? 0;
    }
    return next === needle[length] ? length + 1 : length;
  };
  let length = 0;
  for (let index = 1; index < needle.length; index++) {
    length = grow(length, needle[index]);
    borders.push(length);
  }
  return grow;
}
