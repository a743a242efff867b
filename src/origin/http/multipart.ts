/** What a form brings: the name of its next field, or bytes of the field that was named last. */
export type FormEvent =
  | { readonly field: string; readonly bytes?: undefined }
  | { readonly bytes: Uint8Array; readonly field?: undefined };

/** The body is of another type, cut off, or has too many fields. */
export class MalformedForm extends Error {
  override readonly name = 'MalformedForm';

  constructor() {
    super('The body is not well-formed multipart/form-data.');
  }
}

/** The line that ends a field; `none` for one that only begins alike, `undefined` if more has to come to know. */
type Delimiter = { readonly end: number; readonly isLast: boolean } | 'none' | undefined;

const CR = 13;
const LF = 10;
const DASH = 45;
const SPACE = 32;
const TAB = 9;
const MAX_HEADER_BYTES = 8_192;
// Blanks behind a delimiter: they are held until its line ends.
const MAX_PADDING = 1_024;
const FORM_DATA = /^multipart\/form-data(?=\s*;)/i;
const BOUNDARY = /^[\x20-\x7e]{0,69}[\x21-\x7e]$/;
const DISPOSITION = /^content-disposition:\s*form-data(?=\s*;)/i;
// Some clients escape quoted characters with a backslash; browsers do not, and their backslashes are plain characters.
const PARAMETERS = [
  /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*/y,
  /;\s*([^\s=;"]+)\s*=\s*(?:"([^"]*)"|([^\s;"]*))\s*/y,
];
const LINE_END = encode('\r\n');
const HEADER_END = encode('\r\n\r\n');
const NOTHING = new Uint8Array();

/**
 * Reads a `multipart/form-data` body as it comes, in pieces of any size: they make no difference but for where the bytes
 * of a field are cut. It holds at most a header, 8 KiB. Takes time linear in the length of the body, for any content, and
 * a bounded time for a piece of one byte.
 *
 * @example
 * ```ts
 * const reader = new MultipartReader(contentType, 32);
 * for await (const piece of body) for (const event of reader.read(piece)) take(event);
 * reader.end();
 * ```
 */
export class MultipartReader {
  readonly #mark: Uint8Array;
  readonly #maxFields: number;
  #fields = 0;
  #state: 'before' | 'header' | 'value' | 'after' = 'before';
  // What cannot be told yet. The first delimiter may stand at the beginning of the body, without a line end before it.
  #held: Uint8Array = LINE_END;
  // Bytes at its start that are the end of a header: a value begins behind them.
  #headerBytes = 0;

  /** Throws a `MalformedForm` if the content type is not that of a form. */
  constructor(contentType: string | undefined, maxFields: number) {
    const boundary = parameterOf(contentType ?? '', FORM_DATA, 'boundary');
    if (boundary === undefined || !BOUNDARY.test(boundary)) throw new MalformedForm();
    this.#mark = encode(`\r\n--${boundary}`);
    this.#maxFields = maxFields;
  }

  /** What the next piece of the body brings; the bytes are views of it. Throws a `MalformedForm`. */
  read(piece: Uint8Array): readonly FormEvent[] {
    const events: FormEvent[] = [];
    this.#held = this.#held.length === 0 ? piece : concat(this.#held, piece);
    while (this.#step(events));
    // A copy, since the piece belongs to the caller, and may be a small part of its buffer.
    this.#held = new Uint8Array(this.#held);
    return events;
  }

  /** The end of the body. Throws a `MalformedForm` if it is not the end of the form. */
  end(): void {
    // The last line of a form need not end.
    const isEnd = this.#state === 'after' || (this.#state !== 'header' && this.#isAtLastLine());
    if (!isEnd) throw new MalformedForm();
  }

  /** Reads a header or a value. `false` if more has to come. */
  #step(events: FormEvent[]): boolean {
    if (this.#state === 'header') return this.#readHeader(events);
    if (this.#state !== 'after') return this.#readValue(events);
    this.#held = NOTHING;
    return false;
  }

  #readHeader(events: FormEvent[]): boolean {
    const held = this.#held.subarray(0, MAX_HEADER_BYTES);
    const end = indexOf(held, HEADER_END, 0);
    if (end < 0 && held.length < MAX_HEADER_BYTES) return false;
    const field = end < 0 || this.#hasDelimiter(held, end) ? undefined : nameIn(held.subarray(0, end));
    if (field === undefined || ++this.#fields > this.#maxFields) throw new MalformedForm();
    events.push({ field });
    this.#state = 'value';
    // A delimiter right behind the header would begin with its last line end.
    this.#headerBytes = LINE_END.length;
    this.#held = this.#held.subarray(end + HEADER_END.length - LINE_END.length);
    return true;
  }

  #readValue(events: FormEvent[]): boolean {
    const held = this.#held;
    for (let at = indexOf(held, this.#mark, 0); at >= 0; at = indexOf(held, this.#mark, at + 1)) {
      const delimiter = delimiterAt(held, at + this.#mark.length);
      if (delimiter === 'none') continue;
      if (delimiter && at < this.#headerBytes) throw new MalformedForm();
      this.#take(at, events);
      if (!delimiter) return false;
      this.#state = delimiter.isLast ? 'after' : 'header';
      this.#held = held.subarray(delimiter.end);
      return true;
    }
    this.#take(beginningOf(this.#mark, held), events);
    return false;
  }

  /** The first bytes of what is held belong to the value. */
  #take(length: number, events: FormEvent[]): void {
    const bytes = this.#held.subarray(this.#headerBytes, length);
    if (this.#state === 'value' && bytes.length > 0) events.push({ bytes });
    this.#headerBytes = Math.max(0, this.#headerBytes - length);
    this.#held = this.#held.subarray(length);
  }

  #hasDelimiter(header: Uint8Array, before: number): boolean {
    for (let at = indexOf(header, this.#mark, 0); at >= 0 && at < before; ) {
      if (delimiterAt(header, at + this.#mark.length) !== 'none') return true;
      at = indexOf(header, this.#mark, at + 1);
    }
    return false;
  }

  #isAtLastLine(): boolean {
    if (this.#headerBytes > 0 || indexOf(this.#held, this.#mark, 0) !== 0) return false;
    const line = delimiterAt(concat(this.#held, LINE_END), this.#mark.length);
    return typeof line === 'object' && line.isLast;
  }
}

// The whole line has to match: one that only begins like a delimiter belongs to the field.
function delimiterAt(bytes: Uint8Array, afterMark: number): Delimiter {
  const isLast = bytes[afterMark] === DASH && bytes[afterMark + 1] === DASH;
  const start = isLast ? afterMark + 2 : afterMark;
  // Half a mark of the last line is no blank.
  const at = bytes[start] === DASH ? start + 1 : endOfBlanks(bytes, start);
  if (at - start > MAX_PADDING) return 'none';
  if (at >= bytes.length) return undefined;
  if (bytes[at] !== CR || bytes[start] === DASH) return 'none';
  if (at + 1 >= bytes.length) return undefined;
  return bytes[at + 1] === LF ? { end: at + 2, isLast } : 'none';
}

function endOfBlanks(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at - start <= MAX_PADDING && (bytes[at] === SPACE || bytes[at] === TAB)) at += 1;
  return at;
}

/** The index from which the last bytes are the beginning of `wanted`; their number if none are. */
function beginningOf(wanted: Uint8Array, bytes: Uint8Array): number {
  let at = bytes.indexOf(CR, Math.max(0, bytes.length - wanted.length + 1));
  while (at >= 0 && !startsWith(wanted, bytes.subarray(at), 0)) at = bytes.indexOf(CR, at + 1);
  return at < 0 ? bytes.length : at;
}

function nameIn(bytes: Uint8Array): string | undefined {
  for (const header of new TextDecoder().decode(bytes).split('\r\n')) {
    const name = parameterOf(header, DISPOSITION, 'name');
    if (name !== undefined) return name;
  }
  return undefined;
}

// A parameter of a header that begins with `start`.
function parameterOf(header: string, start: RegExp, name: string): string | undefined {
  const head = start.exec(header)?.[0];
  if (head === undefined) return undefined;
  const rest = header.slice(head.length).trimStart();
  for (const pattern of PARAMETERS) {
    const parameters = parametersOf(rest, pattern);
    if (parameters) return parameters.get(name);
  }
  return undefined;
}

function parametersOf(text: string, pattern: RegExp): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  // A copy, since the pattern keeps its `lastIndex`.
  const next = new RegExp(pattern);
  let end = 0;
  for (let match = next.exec(text); match; match = next.exec(text)) {
    const [, name = '', quoted, plain = ''] = match;
    parameters.set(name.toLowerCase(), quoted ?? plain);
    end = next.lastIndex;
  }
  return end === text.length ? parameters : undefined;
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  let at = bytes.indexOf(CR, from);
  while (at >= 0 && !startsWith(bytes, wanted, at)) at = bytes.indexOf(CR, at + 1);
  return at;
}

function startsWith(bytes: Uint8Array, wanted: Uint8Array, at: number): boolean {
  let index = 0;
  while (index < wanted.length && bytes[at + index] === wanted[index]) index += 1;
  return index === wanted.length;
}

function concat(one: Uint8Array, other: Uint8Array): Uint8Array {
  const both = new Uint8Array(one.length + other.length);
  both.set(one);
  both.set(other, one.length);
  return both;
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
