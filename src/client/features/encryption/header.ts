const SENTINEL = Uint8Array.of(0x50, 0x4e, 0x45, 0x44); // "PNED"
const VERSION = 1;
const IDENTIFIER_LENGTH = 4;
const FIXED_LENGTH = SENTINEL.length + 1 + IDENTIFIER_LENGTH;
const LONG_METADATA = 0xff;
const MAX_METADATA = 0xffff;

/** What stands before encrypted bytes and says how to read them. */
export interface Header {
  /** Four ASCII characters that name the cryptor. */
  readonly identifier: string;
  /** What the cryptor needs beside the bytes. */
  readonly metadata: Uint8Array;
}

/** Puts a header before encrypted bytes (docs/reference/protocol.md, "Encryption header"). Throws a `RangeError`. */
export function withHeader({ identifier, metadata }: Header, data: Uint8Array): Uint8Array {
  const { length } = metadata;
  if (length > MAX_METADATA)
    throw new RangeError(`metadata has ${length} bytes, at most ${MAX_METADATA} fit`);
  const size = length < LONG_METADATA ? [length] : [LONG_METADATA, length >> 8, length & 0xff];
  const head = [...SENTINEL, VERSION, ...new TextEncoder().encode(identifier), ...size];
  const all = new Uint8Array(head.length + length + data.length);
  all.set(head);
  all.set(metadata, head.length);
  all.set(data, head.length + length);
  return all;
}

/** Encrypted bytes with what stood before them. */
export interface HeaderAndData {
  readonly header: Header;
  readonly data: Uint8Array;
}

/** Header and encrypted bytes; `undefined` when there is no header. Throws a `TypeError` on one that cannot be read. */
export function readHeader(bytes: Uint8Array): HeaderAndData | undefined {
  if (SENTINEL.some((byte, index) => bytes[index] !== byte)) return undefined;
  const version = bytes[SENTINEL.length];
  if (version !== VERSION) throw new TypeError(`the header has version ${version}, known is ${VERSION}`);
  const identifier = String.fromCharCode(...bytes.subarray(SENTINEL.length + 1, FIXED_LENGTH));
  const [first = 0, high = 0, low = 0] = bytes.subarray(FIXED_LENGTH, FIXED_LENGTH + 3);
  const long = first === LONG_METADATA;
  const start = FIXED_LENGTH + (long ? 3 : 1);
  const end = start + (long ? high * 256 + low : first);
  if (end > bytes.length) throw new TypeError('the header is cut short');
  return { header: { identifier, metadata: bytes.subarray(start, end) }, data: bytes.subarray(end) };
}
