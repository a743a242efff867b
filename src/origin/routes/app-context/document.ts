import type { Fields, FieldValue, StoredObject } from '../../store/objects.ts';
import type { Patch } from './body.ts';

const MICROSECONDS_DIGITS = 6;
const LONG_TAG_BYTES = 16;
const SHORT_TAG_BYTES = 10;

/** What a patch makes of an object. */
export interface Patched {
  readonly object: StoredObject;
  /** The fields that are not as before. */
  readonly changed: Patch;
}

/** An object with a patch applied, or `undefined` when it exists and everything stays as it is. */
export async function patched(
  known: StoredObject | undefined,
  patch: Patch,
  { now, tag }: { readonly now: number; readonly tag: (fields: Fields) => Promise<string> },
): Promise<Patched | undefined> {
  const before = known?.fields ?? {};
  const differs = ([name, value]: [string, FieldValue | null]) => !isSame(before[name] ?? null, value);
  const changes = Object.entries(patch).filter(differs);
  if (known && changes.length === 0) return undefined;
  const changed = Object.fromEntries(changes);
  const isSet = (entry: [string, FieldValue | null]): entry is [string, FieldValue] => entry[1] !== null;
  const fields = Object.fromEntries(Object.entries({ ...before, ...changed }).filter(isSet));
  return { changed, object: { fields, updated: rfc3339(now), eTag: await tag(fields) } };
}

/** The eTag of a user or channel: 32 hexadecimal digits. */
export async function entityTag(fields: Fields): Promise<string> {
  const bytes = await digest(fields, LONG_TAG_BYTES);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The eTag of a membership: Base64 without padding. */
export async function relationTag(fields: Fields): Promise<string> {
  return btoa(String.fromCharCode(...(await digest(fields, SHORT_TAG_BYTES)))).replace(/=+$/, '');
}

/** A time in milliseconds as RFC 3339, UTC, with up to six digits behind the point and none that say nothing. */
export function rfc3339(milliseconds: number): string {
  const microseconds = Math.floor(milliseconds * 1000);
  const seconds = Math.floor(microseconds / 1_000_000);
  const digits = String(microseconds - seconds * 1_000_000).padStart(MICROSECONDS_DIGITS, '0');
  const fraction = digits.replace(/0+$/, '');
  const whole = new Date(seconds * 1000).toISOString().slice(0, -'.000Z'.length);
  return `${whole}${fraction && `.${fraction}`}Z`;
}

async function digest(fields: Fields, length: number): Promise<Uint8Array> {
  const text = new TextEncoder().encode(canonical(fields));
  return new Uint8Array(await crypto.subtle.digest('SHA-256', text)).slice(0, length);
}

function isSame(a: FieldValue | null, b: FieldValue | null): boolean {
  return a === b || canonical(a) === canonical(b);
}

// The order of keys does not count.
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}
