/** The first character of an escape, or one that stands for another. */
export const ESCAPED = /[%\\&+]/;

/** Characters of an escape behind its first one. */
const LONGEST = 24;

const ENTITIES: ReadonlyMap<string, string> = new Map(
  String.raw`amp& lt< gt> quot" apos' excl! num# dollar$ percnt% lpar( rpar) ast* plus+ comma, period. sol/ colon: semi;
  equals= quest? commat@ lsqb[ lbrack[ bsol\ rsqb] rbrack] Hat^ lowbar_ lcub{ lbrace{ verbar| vert| rcub} rbrace}`
    .split(/\s+/)
    .concat('grave`')
    .map((entity) => [entity.slice(0, -1), entity.slice(-1)]),
);

/** What follows the first character of an escape. */
const ESCAPES: Readonly<Record<string, RegExp>> = {
  '%': /^[\da-f]{2}/i,
  '\\': /^(?:u[\da-fA-F]{4}|x[\da-fA-F]{2})/,
  '&': new RegExp(String.raw`^(?:#(?:[xX][\da-fA-F]+|\d+)|${[...ENTITIES.keys()].join('|')});?`),
};

/** Characters that count as the same: forms write a space as a plus, and JSON a line break as `\\n`. */
const ALIKE: Readonly<Record<string, string>> = {
  '+': ' ',
  '\b': 'b',
  '\f': 'f',
  '\n': 'n',
  '\r': 'r',
  '\t': 't',
};

/** A character of several bytes, each read as a character of its own. */
const UTF8 = /^(?:[\xc0-\xdf]|[\xe0-\xef][\x80-\xbf]|[\xf0-\xf7][\x80-\xbf]{2})[\x80-\xbf]/;
const LAST_CODE = 0x10ffff;

interface Read {
  readonly characters: string;
  /** Where they end in the text. */
  readonly end: number;
  /** How many backslash escapes were undone. */
  readonly depth: number;
}

/**
 * A text with its escapes undone: those of addresses, JSON and HTML, in any order and any number of times. A text reads the
 * same, however it was escaped.
 */
export class Unescaped {
  readonly text: string;
  readonly #escaped = new Map<number, Read>();

  constructor(text: string) {
    this.text = text;
    // From the end, since what follows the first character of an escape may be escaped itself.
    for (let place = text.length - 1; place >= 0; place--) {
      let read = ESCAPES[text.charAt(place)] && this.#at(place);
      // What an escape stands for may begin another one, as in `%252F`.
      for (let next = read; next; next = this.#undone(read ?? next)) read = next;
      if (read) this.#escaped.set(place, { ...read, characters: alike(read.characters) });
    }
  }

  // The character that begins at a place; `undefined` behind the end.
  #at(place: number): Read | undefined {
    if (place >= this.text.length) return undefined;
    return (
      this.#escaped.get(place) ?? { characters: alike(this.text.charAt(place)), end: place + 1, depth: 0 }
    );
  }

  /** The characters from a place on, about so many, and the places in the text where they begin and where the last one ends. */
  from(start: number, most: number): { readonly characters: string; readonly places: readonly number[] } {
    const places = [start];
    let characters = '';
    for (let read = this.#at(start); read && characters.length < most; read = this.#at(read.end)) {
      characters += read.characters;
      places.push(...endsOf(read));
    }
    return { characters, places };
  }

  /** The places behind each of these characters, as far as the text from a place on reads like them. */
  follow(wanted: string, start: number): readonly number[] {
    const places = [start];
    let read = this.#at(start);
    while (read && wanted.startsWith(read.characters, places.length - 1)) {
      places.push(...endsOf(read));
      read = this.#at(read.end);
    }
    return places;
  }

  #undone({ characters: first, end, depth }: Read): Read | undefined {
    const next = this.#at(end);
    const pattern = ESCAPES[first];
    if (!next || !pattern) return undefined;
    const { characters, places } = this.from(end, LONGEST);
    const isBackslash = first === '\\';
    // A letter with a backslash of its own is not part of this escape; other characters behind a backslash are themselves.
    const found = isBackslash && next.depth > depth ? undefined : pattern.exec(characters)?.[0];
    if (found === undefined) return isBackslash ? { ...next, depth: next.depth + 1 } : undefined;
    const character = characterOf(found);
    const bytes = first === '%' ? bytesOf(character, characters.slice(found.length)) : [];
    return {
      characters: bytes.length > 1 ? new TextDecoder().decode(Uint8Array.from(bytes)) : character,
      end: places[found.length + Math.max(1, bytes.length) - 1] ?? end,
      depth: depth + Number(isBackslash),
    };
  }
}

// A character may have two units.
function endsOf({ characters, end }: Read): readonly number[] {
  return characters.length === 1 ? [end] : characters.split('').map(() => end);
}

function alike(character: string): string {
  return ALIKE[character] ?? character;
}

function bytesOf(first: string, rest: string): readonly number[] {
  return Array.from(UTF8.exec(first + rest)?.[0] ?? first, (byte) => byte.charCodeAt(0));
}

function characterOf(found: string): string {
  const named = ENTITIES.get(found.replace(';', ''));
  if (named !== undefined) return named;
  const code = Number.parseInt(found.replace(/[#ux]/gi, ''), /^#\d/.test(found) ? 10 : 16);
  return String.fromCodePoint(Math.min(code, LAST_CODE));
}
