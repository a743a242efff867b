/** The word that was probably meant: the same but for its case, or for a slip or two; `undefined` where none is near. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const meant = word.toLowerCase();
  for (let edits = 0; edits <= MOST_EDITS; edits++) {
    const near = words.find((each) => edits <= slipsIn(each) && isWithin(meant, each.toLowerCase(), edits));
    if (near !== undefined) return near;
  }
  return undefined;
}

/** The end of a sentence about a word that is none: it asks for the one that was probably meant, where one is near. */
export function didYouMean(word: unknown, words: readonly string[]): string {
  const near = typeof word === 'string' ? nearest(word, words) : undefined;
  return near === undefined ? '.' : `; did you mean "${near}"?`;
}

/** The same, which names them all where none is near. */
export function oneOf(word: unknown, words: readonly string[]): string {
  const end = didYouMean(word, words);
  return end === '.' ? `; it must be one of ${words.join(', ')}.` : end;
}

/** What a value is, to be told where it cannot be: never the value itself, unless it says nothing. */
export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

const MOST_EDITS = 2;

// Of a short word, two letters are most of it: `file` is no `name`.
function slipsIn(word: string): number {
  return Math.min(MOST_EDITS, Math.floor(word.length / 3));
}

/** Whether so many edits make one word of the other: a letter more, less or another, or two that are swapped. */
function isWithin(one: string, other: string, edits: number): boolean {
  if (one === other) return true;
  if (edits === 0 || Math.abs(one.length - other.length) > edits) return false;
  let same = 0;
  while (one[same] === other[same]) same++;
  const [a, b] = [one.slice(same), other.slice(same)];
  const left = edits - 1;
  return (
    isWithin(a.slice(1), b.slice(1), left) ||
    isWithin(a.slice(1), b, left) ||
    isWithin(a, b.slice(1), left) ||
    (a[0] === b[1] && a[1] === b[0] && isWithin(a.slice(2), b.slice(2), left))
  );
}
