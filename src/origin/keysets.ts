import { Secret } from './access/secret.ts';
import { accessRefusal, publishRefusal, type Refusal } from './http/answer.ts';

/** One pair of keys that the origin serves. */
export interface Keyset {
  /** The key that clients name in every request: letters, digits, `-` and `_`. */
  readonly subscribeKey: string;
  /** Absent: any publish key may publish. */
  readonly publishKey?: string | undefined;
  /** Signs requests and tokens. Needs a `publishKey`, which signatures hold. Absent: nothing can be signed or granted. */
  readonly secretKey?: string | undefined;
  /** Requests need permissions. Needs a `secretKey`. Default `false`: everybody may do everything. */
  readonly access?: boolean | undefined;
}

/** The keys that sign requests and tokens. */
export interface Signer {
  readonly subscribeKey: string;
  readonly publishKey: string;
  readonly secret: Secret;
}

const KEY = /^[A-Za-z0-9_-]{1,128}$/;

/** The keys that may be used: those of the given keysets, or any without keysets. */
export class Keysets {
  readonly #byKey: ReadonlyMap<string, readonly Keyset[]> | undefined;
  readonly #signers: ReadonlyMap<string, readonly Signer[]>;
  readonly #restricted: ReadonlySet<string>;

  /**
   * Throws a `TypeError` if a key has other characters than letters, digits, `-` and `_`, or if a keyset asks for
   * permissions without a key to grant them.
   */
  constructor(keysets?: readonly Keyset[]) {
    for (const keyset of keysets ?? []) check(keyset);
    this.#byKey = keysets && Map.groupBy(keysets, (keyset) => keyset.subscribeKey);
    this.#signers = Map.groupBy((keysets ?? []).flatMap(signerOf), ({ subscribeKey }) => subscribeKey);
    const restricted = keysets?.filter(({ access }) => access) ?? [];
    this.#restricted = new Set(restricted.map(({ subscribeKey }) => subscribeKey));
  }

  /** The refusal of a subscribe key; `undefined` if it is served. */
  subscribeProblem(subscribeKey: string): Refusal | undefined {
    const known = KEY.test(subscribeKey) && (!this.#byKey || this.#byKey.has(subscribeKey));
    return known ? undefined : accessRefusal(400, 'Invalid Subscribe Key');
  }

  /** The refusal of a publish key for a known subscribe key; `undefined` if it may publish. */
  publishProblem(subscribeKey: string, publishKey: string, now: number): Refusal | undefined {
    const keysets = this.#byKey?.get(subscribeKey);
    const fits = (keyset: Keyset) => keyset.publishKey === undefined || keyset.publishKey === publishKey;
    const known = KEY.test(publishKey) && (!keysets || keysets.some(fits));
    return known ? undefined : publishRefusal('Invalid Key', now);
  }

  /** `true` if requests for a subscribe key need permissions. */
  isRestricted(subscribeKey: string): boolean {
    return this.#restricted.has(subscribeKey);
  }

  /** The keysets of a subscribe key that have a secret. */
  signersOf(subscribeKey: string): readonly Signer[] {
    return this.#signers.get(subscribeKey) ?? [];
  }
}

// No message may contain the secret key.
function check({ subscribeKey, publishKey, secretKey, access }: Keyset): void {
  for (const key of [subscribeKey, publishKey ?? subscribeKey]) {
    if (!KEY.test(key)) throw new TypeError('A keyset may hold letters, digits, "-" and "_" only.');
  }
  if (secretKey !== undefined && (typeof secretKey !== 'string' || secretKey === ''))
    throw new TypeError('The secretKey of a keyset must be a string that is not empty.');
  if (secretKey !== undefined && publishKey === undefined)
    throw new TypeError('A keyset with a secretKey needs a publishKey: signatures hold it.');
  if (access && secretKey === undefined)
    throw new TypeError('A keyset with access needs a secretKey: permissions are granted with it.');
}

function signerOf({ subscribeKey, publishKey, secretKey }: Keyset): readonly Signer[] {
  if (publishKey === undefined || secretKey === undefined) return [];
  return [{ subscribeKey, publishKey, secret: new Secret(secretKey) }];
}
