/** The first character of an escape, or one that stands for another. */
export const ESCAPED = /[%\\&+]/;

/** Readings of one place. */
const MOST = 48;

/**
 * Readings as a backslash: the first ones, and the last one. A row of backslashes doubles with each escape; those between
 * belong to what follows.
 */
const MOST_BACKSLASHES = 4;

const ENTITIES: ReadonlyMap<string, string> = new Map(
  String.raw`amp& lt< gt> quot" apos' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, period. sol/ colon: semi;
  equals= quest? commat@ lsqb[ lbrack[ bsol\ rsqb] rbrack] Hat^ lowbar_ lcub{ lbrace{ verbar| vert| rcub} rbrace}`
    .split(/\s+/)
    .concat('grave`')
    .map((entity) => [`&${entity.slice(0, -1)};`, entity.slice(-1)]),
);

const CONTROLS: Readonly<Record<string, string>> = {
  '\\b': '\b',
  '\\f': '\f',
  '\\n': '\n',
  '\\r': '\r',
  '\\t': '\t',
};

/** The beginning of an escape. */
const UNFINISHED = /^(?:%[\da-f]?|\\(?:u[\da-f]{0,3}|x[\da-f]?)?|&(?:#x?[\da-f]{0,8}|[a-z]{0,6}))$/i;
const HEXADECIMAL = /^(?:%|\\x)([\da-f]{2})$|^\\u([\da-f]{4})$|^&#x([\da-f]+);$/i;
const DECIMAL = /^&#(\d+);$/;
const LAST_CODE = 0x10ffff;

/** A character that a text may have at a place, and where its spelling ends. */
export interface Reading {
  readonly character: string;
  readonly end: number;
}

/**
 * The characters that each place of a text may stand for: the one that is there, and those that its escapes stand for, of
 * addresses, JSON and HTML, in any order and several times. A character of several bytes is read as these bytes.
 */
export class Readings {
  readonly text: string;
  readonly #escaped = new Map<number, readonly Reading[]>();

  constructor(text: string) {
    this.text = text;
    // From the end: what follows the first character of an escape may be escaped itself.
    for (let place = text.length - 1; place >= 0; place--)
      if (ESCAPED.test(text.charAt(place))) this.#escaped.set(place, this.#readAt(place));
  }

  /** The readings of a place; none behind the end. */
  at(place: number): readonly Reading[] {
    const character = this.text.charAt(place);
    return this.#escaped.get(place) ?? (character ? [{ character, end: place + 1 }] : []);
  }

  #readAt(place: number): readonly Reading[] {
    const found = new Map<string, Reading>();
    let backslashes = 0;
    const add = (character: string | undefined, end: number) => {
      if (character === undefined || found.size >= MOST) return;
      const isMany = character === '\\' && ++backslashes > MOST_BACKSLASHES;
      if (!isMany) found.set(character + end, { character, end });
      else if (end > (found.get('last')?.end ?? 0)) found.set('last', { character, end });
    };
    const finish = (beginning: string, from: number) => {
      if (found.size >= MOST || !UNFINISHED.test(beginning)) return;
      for (const { character, end } of this.at(from)) {
        const longer = beginning + character;
        if (beginning === '\\') add(character, end);
        add(beginning.length === 1 ? CONTROLS[longer] : meaningOf(longer), end);
        finish(longer, end);
      }
    };
    add(this.text.charAt(place), place + 1);
    // It grows meanwhile: a character that an escape stands for may begin another one, as in `%252F`.
    for (const { character, end } of found.values()) {
      if (character === '+') add(' ', end);
      finish(character, end);
    }
    return [...found.values()];
  }
}

function meaningOf(spelled: string): string | undefined {
  const hexadecimal = HEXADECIMAL.exec(spelled)?.slice(1).join('');
  const code = hexadecimal ? Number.parseInt(hexadecimal, 16) : Number(DECIMAL.exec(spelled)?.[1]);
  return code <= LAST_CODE ? String.fromCodePoint(code) : ENTITIES.get(spelled);
}
