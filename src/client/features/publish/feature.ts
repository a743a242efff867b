import { MAX_MESSAGE_BYTES, MAX_SIGNAL_BYTES } from '../../../protocol/limits.ts';
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
import type { ChannelName, PayloadOf } from '../../channels.ts';
import type { JsonOf, Params } from '../../endpoint.ts';
import { defineFeature } from '../../feature.ts';
import { exactIntegers } from '../../wire/exact-integers.ts';
import type { Json } from '../../wire/json.ts';
import { expected, listAt, timetokenOf } from '../../wire/read.ts';
import { MESSAGE, type MessageParams, messageQuery, type PublishResult, sendingBy } from '../message.ts';

/** The payload that fits the channel that was given. */
type PayloadFor<P extends Params> = JsonOf<
  P['~given'] extends { channel: infer N extends string } ? PayloadOf<P['~map'], N> : unknown
>;

/** Parameters of `fire()`. */
export interface FireParams extends Params {
  /** Channel that receives the message. */
  channel: ChannelName<this['~map']>;
  /** Any JSON value, `0`, `false`, `''` and `null` included; at most 32 KiB of JSON text. */
  message: PayloadFor<this>;
  /** Metadata of the message, as JSON: filters can use it, and subscribers receive it as `userMetadata`. */
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
  message: PayloadFor<this>;
  /** A name for the kind of signal: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
}

/** `time()` has no parameters. */
export interface TimeParams extends Params {}

/** Result of `fire()`. */
export type FireResult = PublishResult;

/** Result of `signal()`. */
export type SignalResult = PublishResult;

/** Result of `time()`. */
export interface TimeResult {
  /** The server's clock. */
  readonly timetoken: Timetoken;
}

const ANY = { channel: required(checkName), message: requiredJson };
const usePost = optional(checkBoolean);

const PUBLISH = {
  ...sendingBy('/publish'),
  payload: {
    of: ({ message }: { readonly message: unknown }) => message,
    limit: MAX_MESSAGE_BYTES,
    post: ({ usePost }: { readonly usePost?: boolean }) => usePost,
    encrypted: true,
  },
} as const;

/** Sending messages, and the server's clock: part of every client. */
export const publishing = defineFeature({
  name: 'publishing',
  builders: {
    /** Sends a message to the subscribers of a channel. */
    publish: rest<PublishParams, PublishResult>({
      ...PUBLISH,
      operation: 'PNPublishOperation',
      params: { ...ANY, ...MESSAGE, usePost },
    }),
    /** Sends a message that is neither stored nor replicated. */
    fire: rest<FireParams, FireResult>({
      ...PUBLISH,
      operation: 'PNFireOperation',
      params: { ...ANY, meta: optionalJson, usePost },
      query: (given) => messageQuery({ ...given, shouldStore: false, replicate: false }),
    }),
    /** Sends a small message that is never stored. */
    signal: rest<SignalParams, SignalResult>({
      ...sendingBy('/signal'),
      operation: 'PNSignalOperation',
      params: { ...ANY, customMessageType: optional(checkCustomType) },
      payload: { of: ({ message }) => message, limit: MAX_SIGNAL_BYTES, post: false },
    }),
    /** Gets the time of the server's clock. */
    time: rest<TimeParams, TimeResult>({
      operation: 'PNTimeOperation',
      params: {},
      path: () => '/time/0',
      auth: 'none',
      retry: 'safe',
      parse: (answer) => {
        // The wire sends a bare number, whose last digits JSON.parse would round.
        const [timetoken, ...others] = listAt(exactIntegers(answer, [[0]]));
        return others.length === 0 ? { timetoken: timetokenOf(timetoken) } : expected('one timetoken');
      },
    }),
  },
});
