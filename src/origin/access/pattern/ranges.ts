/** Characters by their code points: pairs of first and last, ascending, without overlap. */
export type Ranges = readonly (readonly [first: number, last: number])[];

const LAST = 0x10ffff;

/** Every character there is. */
export const ANY: Ranges = [[0, LAST]];

const DIGIT: Ranges = [[0x30, 0x39]];
const WORD: Ranges = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
const SPACE: Ranges = [
  [0x09, 0x0d],
  [0x20, 0x20],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];

/** What `\d`, `\w` and `\s` stand for, and their opposites, by letter. */
export const SHORTHANDS: ReadonlyMap<string, Ranges> = new Map([
  ['d', DIGIT],
  ['D', inverted(DIGIT)],
  ['w', WORD],
  ['W', inverted(WORD)],
  ['s', SPACE],
  ['S', inverted(SPACE)],
]);

/** Ranges in any order, put in order and joined. */
export function united(ranges: Ranges): Ranges {
  const whole: [number, number][] = [];
  for (const [first, last] of [...ranges].sort(([a], [b]) => a - b)) {
    const before = whole.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else whole.push([first, last]);
  }
  return whole;
}

/** All characters that are not in the ranges. */
export function inverted(ranges: Ranges): Ranges {
  const rest: [number, number][] = [];
  let next = 0;
  for (const [first, last] of ranges) {
    if (first > next) rest.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= LAST) rest.push([next, LAST]);
  return rest;
}

/** Whether the character is in the ranges. */
export function includes(ranges: Ranges, character: number): boolean {
  return ranges.some(([first, last]) => first <= character && character <= last);
}
