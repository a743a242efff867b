import { type KeysetLimits, originLimitReason } from './keyset-limits.ts';
import type { Keyset } from './keysets.ts';
import { resolveLimits } from './limits.ts';

const KEY = /^[A-Za-z0-9_-]{1,128}$/;
const MEMBERS = ['subscribeKey', 'publishKey', 'secretKey', 'access', 'limits'] as const;
// What looks otherwise may be a secret in the wrong place.
const TELLABLE = /^[A-Za-z]{1,24}$/;

/** `true` for a text that can be a subscribe key or a publish key. */
export function isKey(text: string): boolean {
  return KEY.test(text);
}

/**
 * Keysets as they have to be, copied. Throws a `TypeError` or `RangeError` that names the place of the first mistake, such
 * as `keysets[1].secretKey`. No message holds a value: it may be a secret. Members that a keyset does not have are left out,
 * or refused if `isStrict`.
 */
export function checkKeysets(value: unknown, { isStrict = false } = {}): readonly Keyset[] {
  if (!Array.isArray(value)) throw new TypeError(`keysets must be a list of keysets, not ${kindOf(value)}.`);
  if (value.length === 0) throw new TypeError('keysets is an empty list: no key would be served.');
  const keysets = value.map((keyset: unknown, index) => checkKeyset(keyset, `keysets[${index}]`, isStrict));
  refuseRepeated(keysets);
  return keysets;
}

function checkKeyset(keyset: unknown, place: string, isStrict: boolean): Keyset {
  if (typeof keyset !== 'object' || keyset === null || Array.isArray(keyset))
    throw new TypeError(`${place} must be an object with a subscribeKey, not ${kindOf(keyset)}.`);
  if (isStrict) refuseUnknown(keyset, place);
  const given: { readonly [name in (typeof MEMBERS)[number]]?: unknown } = keyset;
  if (given.subscribeKey === undefined) throw new TypeError(`${place}.subscribeKey is missing.`);
  const checked = {
    subscribeKey: checkKey(given.subscribeKey, `${place}.subscribeKey`),
    publishKey: unlessAbsent(checkKey, given.publishKey, `${place}.publishKey`),
    secretKey: unlessAbsent(checkSecret, given.secretKey, `${place}.secretKey`),
    access: unlessAbsent(checkFlag, given.access, `${place}.access`),
    limits: unlessAbsent(checkLimits, given.limits, `${place}.limits`),
  };
  if (checked.secretKey !== undefined && checked.publishKey === undefined)
    throw new TypeError(`${place}.secretKey needs a publishKey beside it: signatures hold it.`);
  if (checked.access && checked.secretKey === undefined)
    throw new TypeError(`${place}.access needs a secretKey beside it: permissions are granted with it.`);
  return Object.freeze(checked);
}

function refuseUnknown(keyset: object, place: string): void {
  for (const name of Object.keys(keyset))
    if (!isMember(name)) throw new TypeError(unknownMember(place, name));
}

function unlessAbsent<Value>(check: (value: unknown, place: string) => Value, value: unknown, place: string) {
  return value === undefined ? undefined : check(value, place);
}

function checkKey(key: unknown, place: string): string {
  if (typeof key !== 'string') throw new TypeError(`${place} must be a string, not ${kindOf(key)}.`);
  if (isKey(key)) return key;
  throw new TypeError(`${place} must have 1 to 128 letters, digits, "-" and "_", and nothing else.`);
}

function checkSecret(secret: unknown, place: string): string {
  if (typeof secret === 'string' && secret !== '') return secret;
  const given = secret === '' ? 'an empty one' : kindOf(secret);
  throw new TypeError(`${place} must be a string that is not empty, not ${given}.`);
}

function checkFlag(flag: unknown, place: string): boolean {
  if (typeof flag === 'boolean') return flag;
  throw new TypeError(`${place} must be true or false, not ${kindOf(flag)}.`);
}

function checkLimits(limits: unknown, place: string): KeysetLimits {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits))
    throw new TypeError(`${place} must be an object of limits by name, not ${kindOf(limits)}.`);
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const entries = given.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name] of entries) {
    const reason = originLimitReason(name);
    if (reason !== undefined)
      throw new RangeError(
        `${place}.${name} cannot differ between keysets: ${reason}. Set it for the whole origin.`,
      );
    if (!TELLABLE.test(name)) throw new RangeError(`${place} has a member whose name is not one of a limit.`);
  }
  resolveLimits(Object.fromEntries(entries), { place });
  return Object.freeze(Object.fromEntries(entries));
}

// Keysets of one subscribe key share its data. They may differ in one secret, so that it can be replaced step by step. Each
// is looked up, not compared with all before it: a list of thousands would hold up everybody.
function refuseRepeated(keysets: readonly Keyset[]): void {
  const byKeys = new Map<string, number>();
  const withLimits = new Map<string, number>();
  for (const [index, { subscribeKey, publishKey, secretKey, limits }] of keysets.entries()) {
    const keys = JSON.stringify([subscribeKey, publishKey, secretKey]);
    const same = byKeys.get(keys);
    if (same !== undefined)
      throw new TypeError(`keysets[${index}] has the same keys as keysets[${same}]. Remove one of them.`);
    byKeys.set(keys, index);
    if (!limits) continue;
    const other = withLimits.get(subscribeKey);
    if (other !== undefined)
      throw new TypeError(
        `keysets[${index}].limits: keysets[${other}] has limits for the same subscribe key already, and its data is one.`,
      );
    withLimits.set(subscribeKey, index);
  }
}

function unknownMember(place: string, name: string): string {
  const known = `A keyset has ${MEMBERS.join(', ')}.`;
  if (!TELLABLE.test(name)) return `${place} has a member that a keyset does not have. ${known}`;
  return `${place}.${name} is not a member of a keyset. ${known}`;
}

function isMember(name: string): boolean {
  return MEMBERS.some((member) => member === name);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
