/** The word that differs from the given one in case only, or by one or two typing errors; `undefined` if there is none. */
export function nearest(word: string, words: readonly string[]): string | undefined {
  const meant = word.toLowerCase();
  for (let edits = 0; edits <= MOST_EDITS; edits++) {
    const near = words.find((each) => edits <= slipsIn(each) && isWithin(meant, each.toLowerCase(), edits));
    if (near !== undefined) return near;
  }
  return undefined;
}

/** The end of a sentence about an unknown word: it suggests the nearest known one. */
export function didYouMean(word: unknown, words: readonly string[]): string {
  const near = typeof word === 'string' ? nearest(word, words) : undefined;
  return near === undefined ? '.' : `; did you mean "${near}"?`;
}

/** The same; lists all known words if none is near. */
export function oneOf(word: unknown, words: readonly string[]): string {
  const end = didYouMean(word, words);
  return end === '.' ? `; it must be one of ${words.join(', ')}.` : end;
}

const MOST_EDITS = 2;

// Two letters are most of a short word: `file` is not a misspelt `name`.
function slipsIn(word: string): number {
  return Math.min(MOST_EDITS, Math.floor(word.length / 3));
}

/** `true` if one word becomes the other by so many edits: a letter inserted, removed or replaced, or two swapped. */
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
