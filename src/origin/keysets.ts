import { accessRefusal, publishRefusal, type Refusal } from './http/refusals.ts';

/** One pair of keys that the origin serves. */
export interface Keyset {
  readonly subscribeKey: string;
  /** Without it any publish key may publish. */
  readonly publishKey?: string | undefined;
}

const KEY = /^[A-Za-z0-9_-]{1,128}$/;

/** Which keys may be used: those of the given keysets, or any when none are given. */
export class Keysets {
  readonly #byKey: ReadonlyMap<string, readonly Keyset[]> | undefined;

  /** Throws a `TypeError` when a key holds other characters than letters, digits, `-` and `_`. */
  constructor(keysets?: readonly Keyset[]) {
    for (const { subscribeKey, publishKey } of keysets ?? []) {
      for (const key of [subscribeKey, publishKey ?? subscribeKey]) {
        if (!KEY.test(key)) throw new TypeError('A keyset may hold letters, digits, "-" and "_" only.');
      }
    }
    this.#byKey = keysets && Map.groupBy(keysets, (keyset) => keyset.subscribeKey);
  }

  /** Why a subscribe key is refused, or `undefined`. */
  subscribeProblem(subscribeKey: string): Refusal | undefined {
    const known = KEY.test(subscribeKey) && (!this.#byKey || this.#byKey.has(subscribeKey));
    return known ? undefined : accessRefusal(400, 'Invalid Subscribe Key');
  }

  /** Why a publish key is refused for a subscribe key that is not, or `undefined`. */
  publishProblem(subscribeKey: string, publishKey: string, now: number): Refusal | undefined {
    const keysets = this.#byKey?.get(subscribeKey);
    const fits = (keyset: Keyset) => keyset.publishKey === undefined || keyset.publishKey === publishKey;
    const known = KEY.test(publishKey) && (!keysets || keysets.some(fits));
    return known ? undefined : publishRefusal('Invalid Key', now);
  }
}
