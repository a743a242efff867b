import { EventKind } from '../../../protocol/envelope.ts';
import type { AppendRequest } from '../../store/log.ts';
import {
  type Fields,
  type FieldValue,
  idOf,
  type ObjectKey,
  type StoredObject,
} from '../../store/objects.ts';
import type { Patch } from './body.ts';

const MICROSECONDS_DIGITS = 6;
const LONG_TAG_BYTES = 16;
const SHORT_TAG_BYTES = 10;

/** An object after a patch. */
export interface Patched {
  readonly object: StoredObject;
  /** The fields whose values differ from before. */
  readonly changed: Patch;
}

/** An object with a patch applied; `undefined` if it exists and does not change. */
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

/** A time in milliseconds as RFC 3339, UTC, with up to six decimals and no trailing zeros. */
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

// With keys in order: their order does not matter.
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(',')}}`;
}

/** The event of an object that is set, with the changed fields (docs/reference/protocol.md, "App Context events"). */
export function setEvent(key: ObjectKey, changed: Patch, { updated, eTag }: StoredObject): AppendRequest[] {
  return event(key, channelsOf(key), { event: 'set', data: { ...changed, updated, eTag } });
}

/** The event of an object that is deleted, on all its channels without `except`. */
export function deleteEvent(key: ObjectKey, except?: string): AppendRequest[] {
  const channels = channelsOf(key).filter((channel) => channel !== except);
  return event(key, channels, { event: 'delete', data: {} });
}

function channelsOf(key: ObjectKey): readonly string[] {
  return key.type === 'membership' ? [...new Set([key.uuid, key.channel])] : [idOf(key)];
}

interface Change {
  readonly event: 'set' | 'delete';
  readonly data: object;
}

function event(key: ObjectKey, channels: readonly string[], { event, data }: Change): AppendRequest[] {
  const names =
    key.type === 'membership' ? { channel: { id: key.channel }, uuid: { id: key.uuid } } : { id: idOf(key) };
  const payload = JSON.stringify({
    source: 'objects',
    version: '2.0',
    event,
    type: key.type,
    data: { ...names, ...data },
  });
  return channels.map((channel) => ({
    channel,
    kind: 'object',
    data: { payload, kind: EventKind.objects },
  }));
}
