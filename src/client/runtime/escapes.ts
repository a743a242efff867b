/** A character as it may stand in a text: what it is, and where the text goes on behind it. */
type Reading = readonly [code: number, end: number];

const HASH = 0x23;
const UPPER_X = 0x58;
const LOWER_X = 0x78;
const PERCENT = 0x25;
const SEMICOLON = 0x3b;
const BACKSLASH = 0x5c;

/** Characters with which an escape begins: `%`, `&`, `+` and the backslash. */
export const ESCAPES: ReadonlySet<number> = new Set([PERCENT, 0x26, 0x2b, BACKSLASH]);

/** Readings of one place at most. */
const MOST_READINGS = 12;

/** Digits of the number of a character. */
const MOST_DIGITS = 24;

/** More successive backslashes are not an escape. */
const LONGEST_RUN = 40;

const CONTROLS: Readonly<Record<string, number>> = { b: 8, f: 12, n: 10, r: 13, t: 9 };
const DIGITS: Readonly<Record<string, number>> = { u: 4, x: 2 };
const ENTITIES = Object.entries({
  ...{
    amp: 38,
    lt: 60,
    gt: 62,
    quot: 34,
    apos: 39,
    excl: 33,
    num: 35,
    dollar: 36,
    percnt: 37,
    lpar: 40,
    rpar: 41,
  },
  ...{
    ast: 42,
    plus: 43,
    comma: 44,
    period: 46,
    sol: 47,
    colon: 58,
    semi: 59,
    equals: 61,
    quest: 63,
    commat: 64,
  },
  ...{ lsqb: 91, lbrack: 91, bsol: 92, rsqb: 93, rbrack: 93, Hat: 94, lowbar: 95, grave: 96 },
  ...{ lcub: 123, lbrace: 123, verbar: 124, vert: 124, rcub: 125, rbrace: 125 },
});
/** First bytes of UTF-8 from which on two, three and four make a character. */
const LEADS = [0xc0, 0xe0, 0xf0];

/**
 * A text in which each character may stand escaped: as in an address, as in JSON, as in HTML, more than once, and each in
 * another way than its neighbours.
 */
export class EscapedText {
  readonly #text: string;
  readonly #readings = new Map<number, readonly Reading[]>();

  constructor(text: string) {
    this.#text = text;
    // From the end, since what follows an escape's first character may be escaped itself.
    for (let at = text.length - 1, run = 0; at >= 0; at--) {
      const code = text.charCodeAt(at);
      run = code === BACKSLASH ? run + 1 : 0;
      if (ESCAPES.has(code) && run < LONGEST_RUN) this.#readings.set(at, this.#read([[code, at + 1]]));
    }
  }

  /**
   * Where a value ends that begins at a place, whole or cut short after at least so many characters; -1 where it does not
   * begin there.
   */
  endOf(value: string, at: number, least: number): number {
    if (!this.#readings.has(at) && this.#text.charCodeAt(at) !== value.charCodeAt(0)) return -1;
    let here: ReadonlySet<number> = new Set([at]);
    let later: readonly number[] = [];
    let end = -1;
    for (let index = 0; index < value.length && here.size + later.length > 0; index++) {
      const readings = [...here].flatMap((place) => this.#at(place));
      here = new Set([...later, ...endsOf(readings, value.charCodeAt(index))]);
      // What stands for a whole character is two in the value.
      const whole = value.codePointAt(index) ?? 0;
      later = whole > 0xffff ? endsOf(readings, whole) : [];
      if (index + 1 === value.length) end = Math.max(end, ...here);
      else if (index + 1 >= least) end = Math.max(end, ...[...here].filter((place) => this.#isCut(place)));
    }
    return end;
  }

  // Where a text only begins like a value, it is another one.
  #isCut(place: number): boolean {
    return place >= this.#text.length || /^(…|\.{3})/.test(this.#text.slice(place, place + 3));
  }

  #at(place: number): readonly Reading[] {
    return this.#readings.get(place) ?? [[this.#text.charCodeAt(place), place + 1]];
  }

  // Adds what the readings stand for, which may be the beginning of another escape, as in `%252F`: the list grows meanwhile.
  #read(found: Reading[]): readonly Reading[] {
    for (const [code, end] of found) {
      for (const reading of this.#undone(String.fromCharCode(code), end))
        if (!found.some((known) => String(known) === String(reading))) found.push(reading);
      if (found.length > MOST_READINGS) break;
    }
    // Of too many, those that begin nothing count first.
    const isOpen = ([code]: Reading) => Number(ESCAPES.has(code));
    return found.sort((one, other) => isOpen(one) - isOpen(other)).slice(0, MOST_READINGS);
  }

  #undone(begin: string, place: number): readonly Reading[] {
    switch (begin) {
      case '+':
        return [[0x20, place]];
      case '%':
        return this.#hex(place, 2).flatMap(([byte, end]) => [[byte, end], ...this.#utf8(byte, end)]);
      case '\\':
        return this.#at(place).flatMap(([code, end]) => {
          const letter = String.fromCharCode(code);
          const count = DIGITS[letter];
          return count ? this.#hex(end, count) : [[CONTROLS[letter] ?? code, end] as const];
        });
      case '&':
        return this.#entity(place);
      default:
        return [];
    }
  }

  #utf8(first: number, place: number): readonly Reading[] {
    const more = LEADS.filter((lead) => first >= lead).length;
    let found: Reading[] = more ? [[first & (0x3f >> more), place]] : [];
    for (let count = 0; count < more; count++)
      found = found.flatMap(([value, end]) =>
        endsOf(this.#at(end), PERCENT)
          .flatMap((next) => this.#hex(next, 2))
          .map(([byte, next]) => [value * 64 + (byte & 63), next] as const),
      );
    return found;
  }

  #entity(place: number): readonly Reading[] {
    const text = this.#text;
    const found: Reading[] = ENTITIES.filter(([name]) => text.startsWith(name, place)).map(([name, code]) => [
      code,
      place + name.length,
    ]);
    for (const start of endsOf(this.#at(place), HASH)) found.push(...this.#number(start));
    return found.flatMap(([code, end]) =>
      [end, ...endsOf(this.#at(end), SEMICOLON)].map((behind) => [code, behind] as const),
    );
  }

  // The number of an entity, decimal or hexadecimal, with as many digits as there are.
  #number(place: number): readonly Reading[] {
    const hex = this.#at(place).filter(([code]) => code === LOWER_X || code === UPPER_X);
    const starts = hex.length > 0 ? hex.map(([, end]) => end) : [place];
    const base = hex.length > 0 ? 16 : 10;
    let found: readonly Reading[] = [];
    let open: readonly Reading[] = starts.map((start) => [0, start] as const);
    for (let count = 0; count < MOST_DIGITS && open.length > 0; count++) {
      open = this.#digit(open, base).slice(0, MOST_READINGS);
      found = open.length > 0 ? open : found;
    }
    return found;
  }

  #hex(place: number, count: number): readonly Reading[] {
    let found: readonly Reading[] = [[0, place]];
    for (let digit = 0; digit < count; digit++) found = this.#digit(found, 16);
    return found;
  }

  // Each number with one digit more, which may be escaped itself.
  #digit(numbers: readonly Reading[], base: number): readonly Reading[] {
    return numbers.flatMap(([value, place]) =>
      this.#at(place).flatMap(([code, end]) => {
        const digit = Number.parseInt(String.fromCharCode(code), base);
        return Number.isNaN(digit) ? [] : [[value * base + digit, end] as const];
      }),
    );
  }
}

// Where the text goes on behind one certain character.
function endsOf(readings: readonly Reading[], wanted: number): readonly number[] {
  return readings.filter(([code]) => code === wanted).map(([, end]) => end);
}
