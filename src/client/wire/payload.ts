// What a message may be: text, any other JSON value, or bytes.
import { PubNubError } from '../errors/pubnub-error.ts';
import { fromBase64, isBytes, toBase64 } from '../runtime/bytes.ts';
import { type Taken, takeJson } from './json.ts';
import { at, isRecord } from './read.ts';

/** The member of `meta` that marks a payload as the Base64 of bytes. */
const MARK = 'tt_bytes';

/** A received event, or a row of history that was read with its `meta`. */
export type WithPayload =
  | { readonly message: unknown; readonly userMetadata?: unknown; readonly meta?: unknown }
  | { readonly entry: unknown; readonly meta?: unknown };

/**
 * A payload: bytes as their Base64, anything else as `takeJson` has it. Base64 becomes a `String` object: it is printed as
 * text by `JSON.stringify`, and a copy of JSON holds no other.
 */
export function takePayload(value: unknown, name: string): Taken {
  return isBytes(value) ? { value: Object(toBase64(value)) } : takeJson(value, name);
}

/** The part of a publish that bytes change. */
export interface Sent {
  readonly message?: unknown;
  readonly meta?: unknown;
}

/** The values of a publish, with bytes as text, and marked in the metadata. Throws a `TypeError` if that has no place for it. */
export function marked<V extends Sent>(values: V): V {
  const { message, meta } = values;
  if (!(message instanceof String)) return values;
  const members = meta ?? {};
  if (!isRecord(members)) throw new TypeError('meta must be an object beside bytes, which are marked in it');
  return { ...values, message: String(message), meta: { ...members, [MARK]: 1 } };
}

/**
 * The payload of a message, signal or row of history as text: a string as it is, anything else as its JSON text. Of bytes it
 * is their Base64; `new TextDecoder().decode(messageBytes(event))` decodes them. Throws a `PubNubError` (`PN-1002`) for what
 * is no such event or row.
 *
 * @example
 * ```ts fragment
 * pubnub.on('message', (event) => console.log(messageText(event)));
 * ```
 */
export function messageText(event: WithPayload): string {
  const payload = payloadOf(event);
  // The event of a file may come without a message.
  return typeof payload === 'string' ? payload : (JSON.stringify(payload) ?? '');
}

/**
 * The payload of a message, signal or row of history as bytes: those that were published, or `messageText()` in UTF-8. A row
 * of history has to be read with `includeMeta(true)`: `meta` tells bytes from text. Never throws for what was received; anything
 * else is a `PubNubError` (`PN-1002`).
 *
 * @example
 * ```ts fragment
 * await pubnub.publish().channel('camera').message(new Uint8Array([255, 216])).execute();
 * pubnub.on('message', (event) => console.log(messageBytes(event)));
 * ```
 */
export function messageBytes(event: WithPayload): Uint8Array<ArrayBuffer> {
  const text = messageText(event);
  const isMarked = [at(event, 'userMetadata', MARK), at(event, 'meta', MARK)].includes(1);
  try {
    if (isMarked && typeof payloadOf(event) === 'string') return fromBase64(text);
  } catch {
    // Somebody else's member of this name, or a payload that could not be decrypted.
  }
  return new TextEncoder().encode(text);
}

function payloadOf(event: WithPayload): unknown {
  const given = Object(event);
  const member = ['entry', 'message'].find((name) => name in given);
  if (member === undefined)
    throw new PubNubError('PN-1002', 'The event must be an object with a `message` or an `entry`.');
  return given[member];
}
