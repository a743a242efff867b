import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Answer, Decrypt } from '../../endpoint.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import { decryptItems } from '../../wire/encrypted.ts';
import { exactIntegers } from '../../wire/exact-integers.ts';
import { withoutPublishId } from '../../wire/publish-id.ts';
import {
  at,
  expected,
  isRecord,
  isText,
  listAt,
  mapped,
  numberAt,
  numbersOf,
  recordAt,
  stringAt,
  stringsOf,
  timetokenOf,
} from '../../wire/read.ts';

/** A message from the history of a channel. */
export interface FetchedMessage<Name extends string = string, Payload = unknown> {
  /** Channel of the message. */
  readonly channel: Name;
  /** When it was published. */
  readonly timetoken: Timetoken;
  /** The message as published, decrypted; of a file, `{ message, file }`. */
  readonly message: Payload;
  /** `-1` for a message, `4` for a file. Also `-1` if it was not requested. */
  readonly messageType: number;
  /** The type that the publisher gave it. Absent if it was not requested, or if it has none. */
  readonly customMessageType?: string;
  /** Publisher. Absent if it was not requested, or if the publisher sent none. */
  readonly uuid?: string;
  /** Absent if it was not requested, or if the message has none. */
  readonly meta?: unknown;
  /** Absent if they were not requested. */
  readonly actions?: FetchedActions;
  /** Why decryption failed; the message is then unchanged. */
  readonly error?: PubNubError;
}

/** The user of an action, and when it was added. */
export interface FetchedAction {
  /** User who added the action. */
  readonly uuid: string;
  /** When it was added; identifies it. */
  readonly actionTimetoken: Timetoken;
}

/** The actions of one message: by type, then by value, one for each user. No prototypes. */
export interface FetchedActions {
  readonly [type: string]: { readonly [value: string]: readonly FetchedAction[] | undefined } | undefined;
}

/** A message that was requested with its actions. */
export type WithActions<Message> = Message & {
  /** The message's actions; empty when it has none. */
  readonly actions: FetchedActions;
};

/** Continuation of a truncated answer. */
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
  /** Present if the server has truncated the answer. `pages()` continues there. */
  readonly more?: More;
}

const PLAIN_MESSAGE = -1;

// Some servers send numbers here.
const TIMETOKENS = [
  ['channels', '*', '*', 'timetoken'],
  ['channels', '*', '*', 'actions', '*', '*', '*', 'actionTimetoken'],
  ['more', 'start'],
];

/** Reads an answer; throws a `TypeError` if it is malformed. */
export function fetchedFrom(
  answer: Answer,
  asked?: { readonly includeMessageActions?: boolean },
  readMeta: typeof metaOf = metaOf,
): FetchMessagesResult {
  const body = exactIntegers(answer, TIMETOKENS);
  const withActions = asked?.includeMessageActions;
  const channels = mapped(recordAt(body, 'channels'), (items, channel) =>
    listAt(items).map((item) => ({
      ...messageFrom(channel, item),
      ...readMeta(recordAt(item)),
      ...(withActions && { actions: actionsFrom(at(item, 'actions') ?? {}) }),
    })),
  );
  const more = at(body, 'more');
  if (!isRecord(more)) return { channels };
  const start = timetokenOf(more['start']);
  return { channels, more: { ...stringsOf(more, 'url'), start, ...numbersOf(more, 'max') } };
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
  const { uuid, custom_message_type: customMessageType, message_type: type, ...stored } = storedAt(item);
  return {
    channel,
    timetoken: timetokenOf(stored['timetoken']),
    message: stored['message'],
    messageType: typeFrom(type),
    ...(isText(customMessageType) && { customMessageType }),
    ...(isText(uuid) && { uuid }),
  };
}

function actionsFrom(byType: unknown): FetchedActions {
  return mapped(recordAt(byType), (byValue) => mapped(recordAt(byValue), listFrom));
}

function listFrom(items: unknown): readonly FetchedAction[] {
  return listAt(items).map((item) => ({
    uuid: stringAt(item, 'uuid'),
    actionTimetoken: timetokenOf(at(item, 'actionTimetoken')),
  }));
}

// Absent, `null`, a number, or a number in a string: servers send all of these.
function typeFrom(value: unknown): number {
  return wholeNumber(isText(value) ? Number(value) : (value ?? PLAIN_MESSAGE));
}

/** A flag as these services write it; `undefined` if absent. */
export function switchText(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** A stored message; throws a `TypeError` for another value. */
export function storedAt(item: unknown): Readonly<Record<string, unknown>> {
  const stored = recordAt(item);
  return Object.hasOwn(stored, 'message') ? stored : expected('a message');
}

/** A whole number that is exact; throws a `TypeError` for another value. */
export function wholeNumber(value: unknown): number {
  const number = numberAt(value);
  return Number.isSafeInteger(number) ? number : expected('a whole number');
}

/** The `meta` of a stored message, without its id. */
export function metaOf({ meta }: Readonly<Record<string, unknown>>): { readonly meta?: unknown } {
  return wholeMetaOf({ meta: withoutPublishId(meta) });
}

/** The `meta` of a stored message. The services send an empty string if there is none. */
export function wholeMetaOf({ meta }: Readonly<Record<string, unknown>>): { readonly meta?: unknown } {
  return meta === undefined || meta === null || meta === '' ? {} : { meta };
}
