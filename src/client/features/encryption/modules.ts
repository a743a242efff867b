import { checkBoolean, checkFunction, checkNotEmpty, optional, required } from '../../builder/params.ts';
import { factoryOptions, type OptionTable } from '../../builder/read-options.ts';
import type { CryptoModule, CryptoOptions } from '../../config/crypto-module.ts';
import { Cbc, VECTOR_BYTES } from './cbc.ts';
import { type HeaderAndData, readHeader, withHeader } from './header.ts';

const AES_CBC = 'ACRH';

const OPTIONS: OptionTable<CryptoOptions> = Object.freeze({
  cipherKey: required(checkNotEmpty),
  useRandomIVs: optional(checkBoolean),
  randomBytes: optional(checkFunction),
});

/**
 * Encrypts with AES-256-CBC behind a header that names the scheme; reads what either scheme has made
 * (docs/reference/protocol.md, "Encryption"). It hides what is written, and proves nothing: what was changed, cut, repeated
 * or made up on the way is not noticed (docs/how-to/encrypt-messages.md). Throws a `PubNubError` (`PN-1007`) for options
 * that are wrong.
 *
 * @example
 * ```ts
 * const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice', cryptoModule: aesCbcCryptoModule({ cipherKey: 'secret' }) });
 * ```
 */
export function aesCbcCryptoModule(options: CryptoOptions): CryptoModule {
  const { aesCbc, decrypt, decryptFile } = schemes('aesCbcCryptoModule', options);
  return Object.freeze({ encrypt: aesCbc, encryptFile: aesCbc, decrypt, decryptFile });
}

/**
 * Encrypts as clients did before there were headers: for peers that cannot read them. Reads what either scheme has made
 * (docs/reference/protocol.md, "Legacy encryption"). Proves as little as `aesCbcCryptoModule()`, and with
 * `useRandomIVs: false` also shows which messages begin alike. Throws a `PubNubError` (`PN-1007`) for options that are
 * wrong.
 */
export function legacyCryptoModule(options: CryptoOptions): CryptoModule {
  const { legacy, legacyFile, decrypt, decryptFile } = schemes('legacyCryptoModule', options);
  return Object.freeze({ encrypt: legacy, encryptFile: legacyFile, decrypt, decryptFile });
}

type Convert = (data: Uint8Array) => Promise<Uint8Array>;

function schemes(caller: string, given: CryptoOptions) {
  const options = factoryOptions(caller, given, OPTIONS);
  const { useRandomIVs = true } = options;
  const current = new Cbc(options, 'raw');
  const old = new Cbc(options, 'hex-prefix');
  const aesCbc: Convert = async (data) => {
    refuseEmpty(data, 'encrypt');
    const metadata = current.vector('random');
    return withHeader({ identifier: AES_CBC, metadata }, await current.encrypt(data, metadata));
  };
  const legacyWith =
    (kind: 'random' | 'fixed'): Convert =>
    async (data) => {
      refuseEmpty(data, 'encrypt');
      const vector = old.vector(kind);
      const encrypted = await old.encrypt(data, vector);
      return kind === 'fixed' ? encrypted : joined(vector, encrypted);
    };
  const decryptBehind = ({ header: { identifier, metadata }, data }: HeaderAndData) => {
    if (identifier !== AES_CBC) throw new TypeError(`the scheme "${identifier}" is unknown`);
    refuseEmpty(data, 'decrypt');
    return current.decrypt(data, metadata);
  };
  const reader =
    (readLegacy: Convert): Convert =>
    async (bytes) => {
      const read = readHeader(bytes);
      if (read) return decryptBehind(read);
      refuseEmpty(bytes, 'decrypt');
      return readLegacy(bytes);
    };
  const kind = useRandomIVs ? 'random' : 'fixed';
  return {
    aesCbc,
    legacy: legacyWith(kind),
    // Files always have a vector of their own.
    legacyFile: legacyWith('random'),
    decrypt: reader(async (bytes) => {
      const whole = await old.decrypt(bytes, old.vector('fixed'));
      return useRandomIVs ? messageIn(whole) : whole;
    }),
    decryptFile: reader((bytes) => {
      const data = bytes.subarray(VECTOR_BYTES);
      refuseEmpty(data, 'decrypt');
      return old.decrypt(data, bytes.subarray(0, VECTOR_BYTES));
    }),
  };
}

// Which vector a message was encrypted with stands nowhere. Read with the fixed one, what has a vector of its own is a block
// of noise and then what was written. Clients encrypt JSON, and some of them other text: noise is neither.
function messageIn(whole: Uint8Array): Uint8Array {
  const behindVector = whole.subarray(VECTOR_BYTES);
  if (isJson(whole) || (isText(whole) && !isJson(behindVector))) return whole;
  refuseEmpty(behindVector, 'decrypt');
  return behindVector;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(textOf(bytes));
    return true;
  } catch {
    return false;
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    return /^(?:\P{Cc}|[\t\n\r])+$/u.test(textOf(bytes));
  } catch {
    return false;
  }
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
}

function refuseEmpty(data: Uint8Array, verb: string): void {
  if (data.length === 0) throw new TypeError(`there is nothing to ${verb}`);
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
