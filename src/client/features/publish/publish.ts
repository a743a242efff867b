import { MAX_MESSAGE_BYTES } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import {
  checkBoolean,
  checkCount,
  checkCustomType,
  checkName,
  checkTimetoken,
  optional,
  optionalJson,
  required,
  requiredJson,
} from '../../builder/params.ts';
import type { ChannelName, PayloadOf } from '../../channels.ts';
import { defineEndpoint, type JsonOf, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import type { Json } from '../../wire/json.ts';
import { timetokenAt } from '../../wire/read.ts';
import { flagValue, jsonText } from '../../wire/values.ts';

/** Parameters of `publish()`. */
export interface PublishParams extends Params {
  /** Channel that receives the message. */
  channel: ChannelName<this['~map']>;
  /** Any JSON value, `0`, `false`, `''` and `null` included; at most 32 KiB of JSON text. */
  message: JsonOf<
    this['~given'] extends { channel: infer N extends string } ? PayloadOf<this['~map'], N> : unknown
  >;
  /** JSON that travels beside the message, for filters; subscribers get it as `userMetadata`. */
  meta?: Json;
  /** Hours to keep the message in history; `0` keeps it as long as the keyset says. */
  ttl?: number;
  /** Whether history keeps the message. Default: as the keyset says. */
  shouldStore?: boolean;
  /** `false` keeps the message in the data centre it was sent to. Default `true`. */
  replicate?: boolean;
  /** A name for the kind of message: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
  /** `true` sends by POST, `false` by GET only. Default: GET, and POST when the path would pass 16 kB. */
  usePost?: boolean;
  /** A timetoken of the publisher's own, 17 digits, delivered beside the server's. */
  ptto?: Timetoken;
}

/** Result of `publish()`. */
export interface PublishResult {
  /** When the server took the message. */
  readonly timetoken: Timetoken;
}

/** `GET /publish/{pub}/{sub}/0/{channel}/0/{message}` (docs/reference/protocol.md, "Publish"). */
export const publish = defineEndpoint<PublishParams, PublishResult>({
  operation: PNOperationType.PNPublishOperation,
  params: {
    channel: required(checkName),
    message: requiredJson,
    meta: optionalJson,
    ttl: optional(checkCount),
    shouldStore: optional(checkBoolean),
    replicate: optional(checkBoolean),
    customMessageType: optional(checkCustomType),
    usePost: optional(checkBoolean),
    ptto: optional(checkTimetoken),
  },
  needs: ['publishKey'],
  path: ({ channel }, keys) => path`/publish/${keys.publishKey}/${keys.subscribeKey}/0/${channel}/0`,
  payload: {
    of: ({ message }) => message,
    limit: MAX_MESSAGE_BYTES,
    post: ({ usePost }) => usePost,
    encrypted: true,
  },
  query: ({ shouldStore, ttl, meta, replicate, customMessageType, ptto }) => ({
    store: flagValue(shouldStore),
    ttl,
    meta: jsonText(meta),
    norep: replicate === false ? 'true' : undefined,
    custom_message_type: customMessageType,
    ptto,
  }),
  retry: 'not-sent',
  parse: ({ body }) => ({ timetoken: timetokenAt(body, 2) }),
});
