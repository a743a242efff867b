import { MAX_SIGNAL_BYTES } from '../../../protocol/limits.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import {
  checkBoolean,
  checkCustomType,
  checkName,
  optional,
  optionalJson,
  required,
  requiredJson,
} from '../../builder/params.ts';
import { rest } from '../../builder/verbs.ts';
import type { ChannelName, PayloadTo } from '../../channels.ts';
import type { JsonOf, Params, PayloadJson } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import type { Json } from '../../wire/json.ts';
import { marked } from '../../wire/payload.ts';
import {
  MESSAGE,
  type MessageParams,
  messageQuery,
  PAYLOAD,
  type PublishResult,
  payloadParam,
  publishingBy,
  sendingBy,
} from '../message.ts';
import { time } from '../time.ts';

/** The payload that fits the channel that was given. */
type PayloadFor<P extends Params> = P['~given'] extends { channel: infer N extends string }
  ? PayloadTo<P['~map'], N>
  : unknown;

/** Parameters of `fire()`. */
export interface FireParams extends Params {
  /** Channel that receives the message. */
  channel: ChannelName<this['~map']>;
  /**
   * Any JSON value, `0`, `false`, `''` and `null` included, or bytes as a `Uint8Array`; at most 32 KiB of JSON text. Bytes are
   * sent as Base64, which `tt_bytes: 1` marks in `meta`: of them, 24 573 fit. `messageBytes()` reads them.
   */
  message: PayloadJson<PayloadFor<this>>;
  /**
   * Metadata of the message, as JSON: filters can use it, and subscribers receive it as `userMetadata`. With bytes it is an
   * object.
   */
  meta?: Json;
  /** `true` sends by POST, `false` by GET only. Default: GET, or POST if the path would exceed 16 kB. */
  usePost?: boolean;
}

/** Parameters of `publish()`. */
export interface PublishParams extends FireParams, MessageParams {}

/** Parameters of `signal()`. */
export interface SignalParams extends Params {
  /** Channel that receives the signal. */
  channel: ChannelName<this['~map']>;
  /** Any JSON value of at most 64 bytes of JSON text. */
  message: JsonOf<PayloadFor<this>>;
  /** A name for the kind of signal: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
}

/** Result of `fire()`. */
export interface FireResult {
  /** When the server took the message. */
  readonly timetoken: Timetoken;
}

/** Result of `signal()`. */
export interface SignalResult extends FireResult {}

const channel = required(checkName);
const usePost = optional(checkBoolean);

/** Sending messages, and the server's clock: part of every client. */
export const publishing = defineFeature({
  name: 'publishing',
  builders: {
    /** Sends a message to the subscribers of a channel. */
    publish: rest<PublishParams, PublishResult>({
      ...publishingBy('/publish'),
      operation: 'PNPublishOperation',
      params: { channel, message: payloadParam, ...MESSAGE, usePost },
      payload: PAYLOAD,
    }),
    /** Sends a message that is neither stored nor replicated. */
    fire: rest<FireParams, FireResult>({
      ...sendingBy('/publish'),
      operation: 'PNFireOperation',
      params: { channel, message: payloadParam, meta: optionalJson, usePost },
      payload: PAYLOAD,
      complete: marked,
      query: (given) => messageQuery({ ...given, shouldStore: false, replicate: false }),
    }),
    /** Sends a small message that is never stored. */
    signal: rest<SignalParams, SignalResult>({
      ...sendingBy('/signal'),
      operation: 'PNSignalOperation',
      params: { channel, message: requiredJson, customMessageType: optional(checkCustomType) },
      payload: { of: ({ message }) => message, limit: MAX_SIGNAL_BYTES, post: false },
    }),
    /** Gets the time of the server's clock. */
    time: rest(time),
  },
});
