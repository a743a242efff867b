const TOKEN =
  /[ \t\n\r]*(?:([{}[\],:])|("(?:[^"\\]|\\(?:["\\/bfnrt]|u[\dA-Fa-f]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;
const MAX_DEPTH = 32;

/** A token: its text, and where it begins. */
interface Token {
  readonly text: string;
  readonly at: number;
}

/**
 * The first mistake in a JSON text, with line and column; `undefined` if there is none. The messages of the platform quote the
 * text, which may hold secrets. A name that an object has twice is a mistake too: one of its values would be lost.
 */
export function findJsonProblem(text: string): string | undefined {
  try {
    const reader = new Reader(text);
    readValue(reader, 0);
    reader.expectEnd();
    return undefined;
  } catch (error) {
    if (error instanceof Problem) return error.message;
    throw error;
  }
}

class Problem extends Error {}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    TOKEN.lastIndex = this.#at;
    const found = TOKEN.exec(this.#text);
    if (!found) {
      const gap = /[ \t\n\r]*/y;
      gap.lastIndex = this.#at;
      this.#at += gap.exec(this.#text)?.[0].length ?? 0;
      return this.fail(this.#at, this.#at >= this.#text.length ? 'it ends too early' : 'this is not JSON');
    }
    this.#at = TOKEN.lastIndex;
    const text = found[1] ?? found[2] ?? found[3] ?? '';
    const at = this.#at - text.length;
    const control = Array.from(text).findIndex((character) => character < ' ');
    if (control >= 0)
      this.fail(at + control, 'a string must not go over the end of a line, nor hold control characters');
    return { text, at };
  }

  expectEnd(): void {
    const rest = /[^ \t\n\r]/.exec(this.#text.slice(this.#at));
    if (rest) this.fail(this.#at + rest.index, 'something follows its end');
  }

  fail(at: number, what: string): never {
    const lines = this.#text.slice(0, at).split('\n');
    throw new Problem(
      `Not JSON at line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1}: ${what}.`,
    );
  }
}

function readValue(reader: Reader, depth: number, first = reader.next()): void {
  if (depth > MAX_DEPTH) reader.fail(first.at, 'it is nested too deeply');
  if (first.text === '{') readMembers(reader, depth);
  else if (first.text === '[') readItems(reader, depth);
  else if (/^[}\],:]$/.test(first.text)) reader.fail(first.at, 'a value is missing');
}

function readItems(reader: Reader, depth: number): void {
  let token = reader.next();
  if (token.text === ']') return;
  for (;;) {
    readValue(reader, depth + 1, token);
    const end = reader.next();
    if (end.text === ']') return;
    if (end.text !== ',') reader.fail(end.at, 'a comma or the end of the list is missing');
    token = reader.next();
  }
}

function readMembers(reader: Reader, depth: number): void {
  const names = new Set<string>();
  let token = reader.next();
  if (token.text === '}') return;
  for (;;) {
    if (!token.text.startsWith('"')) reader.fail(token.at, 'the name of a member is missing');
    // Without its escapes: `"\u0061"` is the name `"a"`.
    const name = String(JSON.parse(token.text));
    if (names.has(name)) reader.fail(token.at, 'the object has this name already');
    names.add(name);
    const colon = reader.next();
    if (colon.text !== ':') reader.fail(colon.at, 'a colon is missing');
    readValue(reader, depth + 1);
    const end = reader.next();
    if (end.text === '}') return;
    if (end.text !== ',') reader.fail(end.at, 'a comma or the end of the object is missing');
    token = reader.next();
  }
}
