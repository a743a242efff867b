const RESERVED_BY_SOME = /[!~*'()]/g;
const PLAIN = /^[\w.-]*$/;

/**
 * Percent-encodes one path segment or query value: everything but `A-Z a-z 0-9 _ . -`, in upper-case hex
 * (docs/reference/protocol.md, "Percent-encoding").
 */
export function encodeSegment(text: string): string {
  if (PLAIN.test(text)) return text;
  return encodeURIComponent(text).replace(RESERVED_BY_SOME, hex);
}

function hex(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

/** Names as one path segment: encoded, and joined by commas; a lone comma for no names. */
export function encodeNames(names: readonly string[]): PathPart {
  return new PathPart(names.length === 0 ? ',' : names.map(encodeSegment).join(','));
}

/** Encoded text for a path. */
export class PathPart {
  readonly encoded: string;

  constructor(encoded: string) {
    this.encoded = encoded;
  }
}

/**
 * A path whose every hole is exactly one encoded segment. URL parsers drop the segments `.` and `..` and fold empty
 * ones, which would lead to another resource: such a value throws a `RangeError`.
 */
export function path(fixed: TemplateStringsArray, ...holes: readonly (string | PathPart)[]): string {
  let result = fixed[0] ?? '';
  for (let index = 0; index < holes.length; index++) {
    const hole = holes[index] ?? '';
    const segment = hole instanceof PathPart ? hole.encoded : encodeSegment(hole);
    if (segment === '' || segment === '.' || segment === '..') {
      throw new RangeError(`A path segment must not be "${segment}".`);
    }
    result += segment + (fixed[index + 1] ?? '');
  }
  return result;
}

/** Scheme, host and port of an address. */
export function addressOf(url: string): string {
  return /^\w+:\/\/[^/?#]*/.exec(url)?.[0] ?? '';
}
