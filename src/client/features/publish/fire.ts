import { MAX_MESSAGE_BYTES } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import {
  checkBoolean,
  checkName,
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
import { jsonText } from '../../wire/values.ts';

/** Parameters of `fire()`. */
export interface FireParams extends Params {
  /** Channel that receives the message. */
  channel: ChannelName<this['~map']>;
  /** Any JSON value; at most 32 KiB of JSON text. */
  message: JsonOf<
    this['~given'] extends { channel: infer N extends string } ? PayloadOf<this['~map'], N> : unknown
  >;
  /** JSON that travels beside the message. */
  meta?: Json;
  /** `true` sends by POST, `false` by GET only. Default: GET, and POST when the path would pass 16 kB. */
  usePost?: boolean;
}

/** Result of `fire()`. */
export interface FireResult {
  /** When the server took the message. */
  readonly timetoken: Timetoken;
}

/** A publish that is neither stored nor replicated (docs/reference/protocol.md, "Fire"). */
export const fire = defineEndpoint<FireParams, FireResult>({
  operation: PNOperationType.PNFireOperation,
  params: {
    channel: required(checkName),
    message: requiredJson,
    meta: optionalJson,
    usePost: optional(checkBoolean),
  },
  needs: ['publishKey'],
  path: ({ channel }, keys) => path`/publish/${keys.publishKey}/${keys.subscribeKey}/0/${channel}/0`,
  payload: {
    of: ({ message }) => message,
    limit: MAX_MESSAGE_BYTES,
    post: ({ usePost }) => usePost,
    encrypted: true,
  },
  query: ({ meta }) => ({ store: '0', norep: 'true', meta: jsonText(meta) }),
  retry: 'not-sent',
  parse: ({ body }) => ({ timetoken: timetokenAt(body, 2) }),
});
