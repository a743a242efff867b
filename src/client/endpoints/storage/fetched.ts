import type { Timetoken } from '../../../protocol/timetoken.ts';
import { decryptItems } from '../../crypto/messages.ts';
import type { Answer, Decrypt } from '../../endpoint.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import { exactIntegers, isRecord, timetokenOf } from '../../read.ts';
import { metaOf } from './stored.ts';

/** A message from the history of a channel. */
export interface FetchedMessage<Name extends string = string, Payload = unknown> {
  readonly channel: Name;
  readonly timetoken: Timetoken;
  readonly message: Payload;
  /** `-1` for a message, `4` for a file. Also `-1` when it was not asked for. */
  readonly messageType: number;
  readonly customMessageType?: string;
  /** Who published it. Absent when it was not asked for, and when the publisher did not say. */
  readonly uuid?: string;
  /** Absent when it was not asked for, and when the message has none. */
  readonly meta?: unknown;
  /** Why the message could not be decrypted; it is then as it came. */
  readonly error?: PubNubError;
}

/** Where an answer goes on that the server has cut short. */
export interface More {
  readonly url?: string;
  readonly start: Timetoken;
  readonly max?: number;
}

/** Result of `fetchMessages()`. */
export interface FetchMessagesResult<
  Channels = { readonly [name: string]: readonly FetchedMessage[] | undefined },
> {
  /** The messages of each channel, oldest first. A channel that has none is absent. No prototype. */
  readonly channels: Channels;
  /** There when the server left out messages that it was asked for. `pages()` goes on there by itself. */
  readonly more?: More;
}

const PLAIN_MESSAGE = -1;

// Some servers have numbers here.
const TIMETOKENS = [
  ['channels', '*', '*', 'timetoken'],
  ['more', 'start'],
];

/** The result in an answer; throws a `TypeError` where it is none. */
export function fetchedFrom(answer: Answer): FetchMessagesResult {
  const body = exactIntegers(answer, TIMETOKENS);
  if (!isRecord(body) || !isRecord(body['channels'])) throw new TypeError('expected an object with channels');
  const channels: Record<string, readonly FetchedMessage[]> = Object.create(null);
  for (const [channel, items] of Object.entries(body['channels'])) {
    if (!Array.isArray(items)) throw new TypeError('expected a list of messages for each channel');
    channels[channel] = items.map((item) => messageFrom(channel, item));
  }
  const { more } = body;
  return isRecord(more) ? { channels, more: moreFrom(more) } : { channels };
}

/** The result with its messages decrypted. */
export async function decryptFetched(
  result: FetchMessagesResult,
  decrypt: Decrypt,
): Promise<FetchMessagesResult> {
  const channels: Record<string, readonly FetchedMessage[]> = Object.create(null);
  for (const [channel, items = []] of Object.entries(result.channels)) {
    channels[channel] = await decryptItems(items, 'message', decrypt);
  }
  return { ...result, channels };
}

function messageFrom(channel: string, item: unknown): FetchedMessage {
  if (!isRecord(item) || !Object.hasOwn(item, 'message')) throw new TypeError('expected a message');
  const { uuid, custom_message_type: customMessageType } = item;
  return {
    channel,
    timetoken: timetokenOf(item['timetoken']),
    message: item['message'],
    messageType: typeFrom(item['message_type']),
    ...(isName(customMessageType) && { customMessageType }),
    ...(isName(uuid) && { uuid }),
    ...metaOf(item),
  };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

// Absent, `null`, a number or a number in a text: the wire has seen all of them.
function typeFrom(value: unknown): number {
  if (value === undefined || value === null) return PLAIN_MESSAGE;
  const type = typeof value === 'string' && value !== '' ? Number(value) : value;
  if (typeof type !== 'number' || !Number.isSafeInteger(type)) throw new TypeError('expected a message_type');
  return type;
}

function moreFrom({ url, start, max }: Readonly<Record<string, unknown>>): More {
  return {
    ...(typeof url === 'string' && { url }),
    start: timetokenOf(start),
    ...(typeof max === 'number' && { max }),
  };
}
