/** One field of a form. */
export interface FormPart {
  readonly name: string;
  /** A view of the form's bytes, exactly as they came. */
  readonly body: Uint8Array;
}

interface Delimiter {
  readonly start: number;
  readonly end: number;
  readonly last: boolean;
}

const CR = 13;
const MAX_HEADER_BYTES = 8_192;
const FORM_DATA = /^multipart\/form-data(?=\s*;)/i;
const BOUNDARY = /^[\x20-\x7e]{0,69}[\x21-\x7e]$/;
const DISPOSITION = /^content-disposition:\s*form-data(?=\s*;)/i;
const BLANK = /[ \t]/;
// Some clients escape quoted characters with a backslash; browsers do not, and their backslashes are plain characters.
const PARAMETERS = [
  /;\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*/y,
  /;\s*([^\s=;"]+)\s*=\s*(?:"([^"]*)"|([^\s;"]*))\s*/y,
];
const LINE_END = encode('\r\n');
const HEADER_END = encode('\r\n\r\n');

/**
 * The fields of a `multipart/form-data` body, in order; `undefined` if the body is of another type, cut off, or has more
 * than `maxParts` fields. Takes time linear in its length, for any content.
 */
export function parseMultipart(
  body: Uint8Array,
  contentType: string | undefined,
  maxParts: number,
): readonly FormPart[] | undefined {
  const boundary = parameterOf(contentType ?? '', FORM_DATA, 'boundary');
  if (boundary === undefined || !BOUNDARY.test(boundary)) return undefined;
  const mark = encode(`\r\n--${boundary}`);
  const parts: FormPart[] = [];
  let line = delimiterAt(body, mark.subarray(LINE_END.length), 0) ?? nextDelimiter(body, mark, 0);
  while (line && !line.last) {
    const next = nextDelimiter(body, mark, line.end);
    const part = next && partOf(body.subarray(line.end, next.start));
    if (!part || parts.push(part) > maxParts) return undefined;
    line = next;
  }
  return line && parts;
}

function nextDelimiter(body: Uint8Array, mark: Uint8Array, from: number): Delimiter | undefined {
  for (let at = indexOf(body, mark, from); at >= 0; at = indexOf(body, mark, at + 1)) {
    const delimiter = delimiterAt(body, mark, at);
    if (delimiter) return delimiter;
  }
  return undefined;
}

// The whole line has to match: a line that only begins like a delimiter belongs to the field.
function delimiterAt(body: Uint8Array, mark: Uint8Array, start: number): Delimiter | undefined {
  if (!startsWith(body, mark, start)) return undefined;
  let end = start + mark.length;
  const last = startsWith(body, encode('--'), end);
  if (last) end += 2;
  while (BLANK.test(String.fromCharCode(body[end] ?? CR))) end += 1;
  if (startsWith(body, LINE_END, end)) return { start, end: end + LINE_END.length, last };
  return last && end === body.length ? { start, end, last } : undefined;
}

function partOf(bytes: Uint8Array): FormPart | undefined {
  const end = indexOf(bytes.subarray(0, MAX_HEADER_BYTES), HEADER_END, 0);
  if (end < 0) return undefined;
  for (const header of new TextDecoder().decode(bytes.subarray(0, end)).split('\r\n')) {
    const name = parameterOf(header, DISPOSITION, 'name');
    if (name !== undefined) return { name, body: bytes.subarray(end + HEADER_END.length) };
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
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
