import type { Clock } from '../protocol/clock.ts';
import { Secret } from './access/secret.ts';
import { accessRefusal, publishRefusal, type Refusal } from './http/answer.ts';
import { checkKeysets, isKey } from './keyset-checks.ts';
import type { KeysetLimits } from './keyset-limits.ts';
import { type OriginLimits, resolveLimits } from './limits.ts';

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
  /** Limits of this subscribe key that differ from those of the origin. Of several keysets with the same subscribe key, one has them. */
  readonly limits?: KeysetLimits | undefined;
}

/** The keys that sign requests and tokens. */
export interface Signer {
  readonly subscribeKey: string;
  readonly publishKey: string;
  readonly secret: Secret;
}

/** What holds for one subscribe key: the same object until something of it changes. */
export interface Terms {
  readonly keysets: readonly Keyset[];
  /** The keysets that have a secret. */
  readonly signers: readonly Signer[];
  readonly isRestricted: boolean;
  readonly limits: OriginLimits;
}

/** The keys that may be used: those of the given keysets, or any without keysets. */
export class Keysets {
  readonly #terms: ReadonlyMap<string, Terms> | undefined;
  /** What holds for each key without keysets. */
  readonly #open: Terms;

  /**
   * Throws a `TypeError` or `RangeError` for keysets that are not valid. What is as it was in the keysets before keeps its
   * terms.
   */
  constructor(keysets?: readonly Keyset[], limits = resolveLimits(), before?: Keysets) {
    this.#open = before ? before.#open : termsOf([], limits);
    if (keysets === undefined) return;
    const byKey = Map.groupBy(checkKeysets(keysets), ({ subscribeKey }) => subscribeKey);
    const terms = Array.from(byKey, ([subscribeKey, some]) => {
      const known = before?.termsOf(subscribeKey);
      return [subscribeKey, known && isSame(known.keysets, some) ? known : termsOf(some, limits)] as const;
    });
    this.#terms = new Map(terms);
  }

  /** What holds for a subscribe key; `undefined` if it is not served. */
  termsOf(subscribeKey: string): Terms | undefined {
    return this.#terms ? this.#terms.get(subscribeKey) : this.#open;
  }

  /** The terms by subscribe key, if there are keysets. */
  get all(): Iterable<readonly [subscribeKey: string, Terms]> {
    return this.#terms ?? [];
  }

  /** The refusal of a subscribe key; `undefined` if it is served. */
  subscribeProblem(subscribeKey: string): Refusal | undefined {
    const known = isKey(subscribeKey) && this.termsOf(subscribeKey);
    return known ? undefined : accessRefusal(400, 'Invalid Subscribe Key');
  }

  /** The refusal of a publish key for a known subscribe key; `undefined` if it may publish. */
  publishProblem(subscribeKey: string, publishKey: string, clock: Clock): Refusal | undefined {
    const keysets = this.#terms?.get(subscribeKey)?.keysets;
    const fits = (keyset: Keyset) => keyset.publishKey === undefined || keyset.publishKey === publishKey;
    const known = isKey(publishKey) && (!keysets || keysets.some(fits));
    return known ? undefined : publishRefusal('Invalid Key', clock);
  }

  /** `true` if requests for a subscribe key need permissions. */
  isRestricted(subscribeKey: string): boolean {
    return this.#terms?.get(subscribeKey)?.isRestricted === true;
  }

  /** The keysets of a subscribe key that have a secret. */
  signersOf(subscribeKey: string): readonly Signer[] {
    return this.#terms?.get(subscribeKey)?.signers ?? [];
  }
}

function termsOf(keysets: readonly Keyset[], limits: OriginLimits): Terms {
  const own = keysets.find((keyset) => keyset.limits !== undefined)?.limits;
  return {
    keysets,
    signers: keysets.flatMap(signerOf),
    isRestricted: keysets.some(({ access }) => access),
    limits: own ? Object.freeze({ ...limits, ...own }) : limits,
  };
}

function signerOf({ subscribeKey, publishKey, secretKey }: Keyset): readonly Signer[] {
  if (publishKey === undefined || secretKey === undefined) return [];
  return [{ subscribeKey, publishKey, secret: new Secret(secretKey) }];
}

// Both have been checked, so that they have the same members in the same order if they are the same.
function isSame(before: readonly Keyset[], now: readonly Keyset[]): boolean {
  return JSON.stringify(before) === JSON.stringify(now);
}
