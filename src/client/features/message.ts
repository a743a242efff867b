// Common to all kinds of messages, file messages included.
import type { Timetoken } from '../../protocol/timetoken.ts';
import {
  checkBoolean,
  checkCount,
  checkCustomType,
  checkTimetoken,
  optional,
  optionalJson,
} from '../builder/params.ts';
import type { Answer, Keyset, Params, ParamTable, Query, Values } from '../endpoint.ts';
import { path } from '../request/path.ts';
import type { Json } from '../wire/json.ts';
import { timetokenAt } from '../wire/read.ts';
import { flagValue, jsonText } from '../wire/values.ts';

/** Metadata and delivery options of a message. */
export interface MessageParams extends Params {
  /** Metadata of the message, as JSON: filters can use it, and subscribers receive it as `userMetadata`. */
  meta?: Json;
  /** Hours to keep the message in history; `0` keeps it as long as the keyset says. */
  ttl?: number;
  /** Whether history keeps the message. Default: as the keyset says. */
  shouldStore?: boolean;
  /** `false` does not replicate the message to other data centres. Default `true`. */
  replicate?: boolean;
  /** A name for the kind of message: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
  /** The publisher's own timetoken, 17 digits, delivered in addition to the server's. */
  ptto?: Timetoken;
}

/** Result of a call that sends something to a channel. */
export interface PublishResult {
  /** When the server took the message. */
  readonly timetoken: Timetoken;
}

export const MESSAGE: ParamTable<MessageParams> = {
  meta: optionalJson,
  ttl: optional(checkCount),
  shouldStore: optional(checkBoolean),
  replicate: optional(checkBoolean),
  customMessageType: optional(checkCustomType),
  ptto: optional(checkTimetoken),
};

/** Common parts of the endpoints of all messages; `service` is the first segment of the path. */
export function sendingBy(service: string) {
  return {
    needs: ['publishKey'],
    path: ({ channel }: { readonly channel: string }, { publishKey, subscribeKey }: Keyset) =>
      `${service}${path`/${publishKey}/${subscribeKey}/0/${channel}/0`}`,
    query: messageQuery,
    retry: 'not-sent',
    parse: ({ body }: Answer): PublishResult => ({ timetoken: timetokenAt(body, 2) }),
  } as const;
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
