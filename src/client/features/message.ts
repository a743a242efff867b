// Common to all kinds of messages, file messages included.
import { MAX_MESSAGE_BYTES } from '../../protocol/limits.ts';
import { PUBLISH_ID_MEMBER } from '../../protocol/publish-id.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';
import {
  checkBoolean,
  checkCount,
  checkCustomType,
  checkTimetoken,
  must,
  optional,
  optionalJson,
  requiredJson,
} from '../builder/params.ts';
import type { Answer, Check, Keyset, Params, ParamTable, Query, Values } from '../endpoint.ts';
import { path } from '../request/path.ts';
import type { Json } from '../wire/json.ts';
import { marked, type Sent, takePayload } from '../wire/payload.ts';
import { isPublishId, publishIdIn } from '../wire/publish-id.ts';
import { at, isRecord, timetokenAt } from '../wire/read.ts';
import { flagValue, jsonText } from '../wire/values.ts';

/** Metadata and delivery options of a message. */
export interface MessageParams extends Params {
  /** Metadata of the message, as JSON: filters can use it, and subscribers receive it as `userMetadata`. */
  meta?: Json;
  /**
   * Hours to keep the message in history, at most 87600: one day is 24. `0` keeps it as long as the keyset says; what is not
   * to be kept is sent with `shouldStore(false)`.
   */
  ttl?: number;
  /** Whether history keeps the message. Default: as the keyset says. */
  shouldStore?: boolean;
  /** `false` does not replicate the message to other data centres. Default `true`. */
  replicate?: boolean;
  /** A name for the kind of message: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
  /** The publisher's own timetoken, 17 digits, delivered in addition to the server's. */
  ptto?: Timetoken;
  /** Makes the call safe to repeat: of all messages of this user on this channel with this id, within two minutes, one is kept. 1 to 128 characters; it travels in `meta`, as `tt_id`. */
  id?: string;
}

/** Result of a call that sends a message to a channel. */
export interface PublishResult {
  /** When the server took the message. */
  readonly timetoken: Timetoken;
  /** The id that the message has; absent if it has none. */
  readonly id?: string;
  /** `true` if the server had the message already; `timetoken` is that of the first. Absent if it did not say so. */
  readonly isDuplicate?: boolean;
}

/** Ten years. Other services count seconds: the number of a day's would keep a message for ten. */
const MOST_HOURS = 87_600;

const checkHours: Check = (value) =>
  checkCount(value) ??
  (Number(value) > MOST_HOURS
    ? `is in hours, at most ${MOST_HOURS}; ${value} seconds are ${Math.ceil(Number(value) / 3_600)}`
    : undefined);

export const MESSAGE: ParamTable<MessageParams> = {
  meta: optionalJson,
  ttl: optional(checkHours),
  shouldStore: optional(checkBoolean),
  replicate: optional(checkBoolean),
  customMessageType: optional(checkCustomType),
  ptto: optional(checkTimetoken),
  id: optional(must('be 1 to 128 characters, without lone surrogates', isPublishId)),
};

/** The parameter that takes the payload of a message: JSON, or bytes. */
export const payloadParam = { ...requiredJson, take: takePayload };

/** How the payload of a message travels. */
export const PAYLOAD = {
  of: ({ message }: { readonly message: unknown }) => message,
  limit: MAX_MESSAGE_BYTES,
  post: ({ usePost }: { readonly usePost?: boolean }) => usePost,
  encrypted: true,
} as const;

/** Common parts of the endpoints of all messages; `service` is the first segment of the path. */
export function sendingBy(service: string) {
  return {
    needs: ['publishKey'],
    path: ({ channel }: { readonly channel: string }, { publishKey, subscribeKey }: Keyset) =>
      `${service}${path`/${publishKey}/${subscribeKey}/0/${channel}/0`}`,
    query: messageQuery,
    retry: 'not-sent',
    parse: ({ body }: Answer): { readonly timetoken: Timetoken } => ({ timetoken: timetokenAt(body, 2) }),
  } as const;
}

/** As `sendingBy()`, for messages that may have an id. */
export function publishingBy(service: string) {
  return {
    ...sendingBy(service),
    retry: ({ id }: Values<MessageParams>) => (id === undefined ? 'not-sent' : 'safe'),
    once: true,
    complete: <V extends Values<MessageParams> & Sent>(values: V, ownId: () => string | undefined): V =>
      identified(marked(values), ownId),
    parse: ({ body }: Answer, { id }: Partial<Values<MessageParams>> = {}): PublishResult => ({
      timetoken: timetokenAt(body, 2),
      ...(id !== undefined && { id, ...(at(body, 3, 'duplicate') === true && { isDuplicate: true }) }),
    }),
  } as const;
}

/** A message with its id, if it has one, in `meta`: the given one, that of `meta`, or the client's own. */
export function identified<V extends Values<MessageParams>>(values: V, ownId: () => string | undefined): V {
  const meta: unknown = values.meta ?? {};
  const { id = publishIdIn(meta) ?? ownId() } = values;
  if (id === undefined) return values;
  if (!isRecord(meta) || (meta[PUBLISH_ID_MEMBER] ?? id) !== id)
    throw new TypeError(
      'the id travels in meta, as tt_id: meta must be an object without another, or absent',
    );
  return { ...values, id, meta: { ...meta, [PUBLISH_ID_MEMBER]: id } };
}

/** The query of a message. */
export function messageQuery(values: Values<MessageParams>): Query {
  const { shouldStore, ttl, meta, replicate, customMessageType, ptto } = values;
  return {
    store: flagValue(shouldStore),
    ttl,
    meta: jsonText(meta),
    norep: replicate === false ? 'true' : undefined,
    custom_message_type: customMessageType,
    ptto,
  };
}
