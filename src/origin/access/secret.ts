const ALGORITHM = { name: 'HMAC', hash: 'SHA-256' };

/** A keyset's secret key. Its text appears neither in logs nor in JSON. */
export class Secret {
  readonly #text: string;
  #key: Promise<CryptoKey> | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** HMAC-SHA256 of the bytes. */
  async sign(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
    return new Uint8Array(await crypto.subtle.sign(ALGORITHM, await this.#imported(), bytes));
  }

  /** Verifies an HMAC-SHA256 of the bytes, in constant time. */
  async verify(signature: Uint8Array<ArrayBuffer>, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return crypto.subtle.verify(ALGORITHM, await this.#imported(), signature, bytes);
  }

  // Not in the constructor: a key that cannot be imported fails a request, not the process.
  #imported(): Promise<CryptoKey> {
    const bytes = new TextEncoder().encode(this.#text);
    this.#key ??= crypto.subtle.importKey('raw', bytes, ALGORITHM, false, ['sign', 'verify']);
    return this.#key;
  }
}
