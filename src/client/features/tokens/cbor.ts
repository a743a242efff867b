const DEEPEST = 16;

/** Numbers and lengths of up to 64 bits, by the low five bits of the byte that begins an item. */
const WIDTHS: Readonly<Record<number, number>> = { 24: 1, 25: 2, 26: 4, 27: 8 };

/**
 * Reads CBOR (RFC 8949) as far as access tokens use it: whole numbers, bytes, texts, arrays, maps, booleans, null and
 * floats, all of definite length. Maps become records without a prototype; keys are bytes or texts. Throws an error on
 * anything else, and reads no further than the bytes go, whatever lengths they claim.
 */
export function decodeCbor(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes);
  const value = reader.read(DEEPEST);
  reader.end();
  return value;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder('utf-8', { fatal: true });
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(depth: number): unknown {
    if (depth === 0) throw new RangeError('nested too deep');
    const initial = this.#view.getUint8(this.#skip(1));
    const [type, info] = [initial >> 5, initial & 31];
    if (type === 7) return this.#simple(info);
    const argument = this.#argument(info);
    switch (type) {
      case 0:
        return argument;
      case 1:
        return typeof argument === 'bigint' ? -1n - argument : -1 - argument;
      case 2:
        return this.#take(argument);
      case 3:
        return this.#utf8.decode(this.#take(argument));
      case 4:
        return this.#array(argument, depth - 1);
      case 5:
        return this.#map(argument, depth - 1);
      default:
        throw new TypeError('tags are not used');
    }
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('something follows');
  }

  #array(length: number | bigint, depth: number): unknown[] {
    const items: unknown[] = [];
    while (items.length < length) items.push(this.read(depth));
    return items;
  }

  #map(length: number | bigint, depth: number): Record<string, unknown> {
    const entries: Record<string, unknown> = Object.create(null);
    for (let count = 0; count < length; count++) {
      const key = this.read(depth);
      const name = key instanceof Uint8Array ? this.#utf8.decode(key) : key;
      if (typeof name !== 'string') throw new TypeError('a key is neither bytes nor text');
      entries[name] = this.read(depth);
    }
    return entries;
  }

  // False, true, null, undefined, and floats of 32 and 64 bits; tokens have no others.
  #simple(info: number): unknown {
    if (info >= 20 && info <= 23) return [false, true, null, undefined][info - 20];
    if (info === 26) return this.#view.getFloat32(this.#skip(4));
    if (info === 27) return this.#view.getFloat64(this.#skip(8));
    if (info === 25) return half(this.#view.getUint16(this.#skip(2)));
    throw new TypeError('an unknown simple value');
  }

  #argument(info: number): number | bigint {
    if (info < 24) return info;
    const width = WIDTHS[info];
    if (width === undefined) throw new TypeError('a length is left open');
    let value = 0n;
    for (const byte of this.#take(width)) value = (value << 8n) | BigInt(byte);
    return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  }

  #take(length: number | bigint): Uint8Array {
    const start = this.#skip(length);
    return this.#bytes.subarray(start, this.#at);
  }

  #skip(length: number | bigint): number {
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new RangeError('it ends too early');
    this.#at = start + Number(length);
    return start;
  }
}

// A float of 16 bits: sign, five bits of exponent, ten of fraction.
function half(bits: number): number {
  const [exponent, fraction] = [(bits >> 10) & 31, (bits & 1023) / 1024];
  const special = fraction === 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  const size = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15);
  return (bits & 0x8000 ? -1 : 1) * (exponent === 31 ? special : size);
}
