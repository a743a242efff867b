import { MAX_SIGNAL_BYTES } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkCustomType, checkName, optional, required, requiredJson } from '../../builder/params.ts';
import type { ChannelName, PayloadOf } from '../../channels.ts';
import { defineEndpoint, type JsonOf, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { timetokenAt } from '../../wire/read.ts';

/** Parameters of `signal()`. */
export interface SignalParams extends Params {
  /** Channel that receives the signal. */
  channel: ChannelName<this['~map']>;
  /** Any JSON value of at most 64 bytes of JSON text. */
  message: JsonOf<
    this['~given'] extends { channel: infer N extends string } ? PayloadOf<this['~map'], N> : unknown
  >;
  /** A name for the kind of signal: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
}

/** Result of `signal()`. */
export interface SignalResult {
  /** When the server took the signal. */
  readonly timetoken: Timetoken;
}

/** `GET /signal/{pub}/{sub}/0/{channel}/0/{message}`: small, never stored (docs/reference/protocol.md, "Signal"). */
export const signal = defineEndpoint<SignalParams, SignalResult>({
  operation: PNOperationType.PNSignalOperation,
  params: {
    channel: required(checkName),
    message: requiredJson,
    customMessageType: optional(checkCustomType),
  },
  needs: ['publishKey'],
  path: ({ channel }, keys) => path`/signal/${keys.publishKey}/${keys.subscribeKey}/0/${channel}/0`,
  payload: { of: ({ message }) => message, limit: MAX_SIGNAL_BYTES, post: false },
  query: ({ customMessageType }) => ({ custom_message_type: customMessageType }),
  retry: 'not-sent',
  parse: ({ body }) => ({ timetoken: timetokenAt(body, 2) }),
});
