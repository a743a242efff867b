import { aesCbcCryptoModule, type CryptoModule } from 'timetoken';
import { isRecord } from '../origin/checks.ts';

/** The options of a client that encrypts. */
export interface CipherOptions {
  readonly cipherKey?: string;
  readonly cryptoModule?: CryptoModule;
}

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/** Hides the key where options are printed, or written as JSON; a copy of them has it. */
export function withoutSecrets<T extends CipherOptions>(options: T): T {
  const printed = () => ({ ...options, ...(options.cipherKey !== undefined && { cipherKey: '[hidden]' }) });
  return Object.defineProperties(options, { [INSPECT]: { value: printed }, toJSON: { value: printed } });
}

/** Where older mobile clients put the encrypted part of a message. */
const ENCRYPTED_MEMBER = 'pn_other';

/** What the network knows of the encryption on it: its own crypto module, and those of the clients that it has made. */
export class Ciphers {
  readonly #own: CryptoModule | undefined;
  readonly #known = new Set<CryptoModule>();

  constructor(options: CipherOptions = {}) {
    this.#own = moduleOf(options);
    this.forget();
  }

  /** `true` if anything can be read. */
  get areKnown(): boolean {
    return this.#known.size > 0;
  }

  /** Learns the crypto module of a client, if it has one. */
  learn(options: CipherOptions): void {
    const module = moduleOf(options);
    if (module) this.#known.add(module);
  }

  /** Forgets all but the network's own. */
  forget(): void {
    this.#known.clear();
    if (this.#own) this.#known.add(this.#own);
  }

  /** The JSON text of a message of the test's own users: encrypted if the network has a crypto module. */
  async write(text: string): Promise<string> {
    if (!this.#own) return text;
    const bytes = await this.#own.encrypt(new TextEncoder().encode(text));
    return JSON.stringify(btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')));
  }

  /** The value that a payload stands for; what nobody here can read stays as it is. Never rejects. */
  async read(payload: unknown): Promise<unknown> {
    if (isRecord(payload) && typeof payload[ENCRYPTED_MEMBER] === 'string')
      return { ...payload, [ENCRYPTED_MEMBER]: await this.read(payload[ENCRYPTED_MEMBER]) };
    const bytes = bytesOf(payload);
    if (!bytes) return payload;
    for (const module of this.#known) {
      const text = await textOf(module, bytes);
      if (text) return jsonOrText(text);
    }
    return payload;
  }
}

function moduleOf({ cipherKey, cryptoModule }: CipherOptions): CryptoModule | undefined {
  return cipherKey === undefined ? cryptoModule : aesCbcCryptoModule({ cipherKey });
}

function bytesOf(payload: unknown): Uint8Array | undefined {
  if (typeof payload !== 'string') return undefined;
  try {
    const binary = atob(payload.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

// Another key, or no ciphertext at all: the module rejects, or what it gives is no text.
async function textOf(module: CryptoModule, bytes: Uint8Array): Promise<string | undefined> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await module.decrypt(bytes));
  } catch {
    return undefined;
  }
}

// Other clients encrypt text that is not JSON.
function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
