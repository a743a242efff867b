import { MAX_MESSAGE_BYTES } from '../../../protocol/limits.ts';
import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import {
  checkBoolean,
  checkCount,
  checkCustomType,
  checkTimetoken,
  optional,
  optionalJson,
} from '../../builder/params.ts';
import { defineEndpoint, type JsonOf, type Params } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import type { Json } from '../../wire/json.ts';
import { timetokenAt } from '../../wire/read.ts';
import { flagValue, jsonText } from '../../wire/values.ts';
import { FILE, type FileParams } from './file.ts';

/** What may be said of the message that tells of a file. */
export interface FileMessageParams extends Params {
  /** Any JSON value that goes with the file. */
  message?: JsonOf<unknown>;
  /** JSON that travels beside the message, for filters; subscribers get it as `userMetadata`. */
  meta?: Json;
  /** Hours to keep the message in history; `0` keeps it as long as the keyset says. */
  ttl?: number;
  /** Whether history keeps the message. Default `true`. */
  shouldStore?: boolean;
  /** `false` keeps the message in the data centre it was sent to. Default `true`. */
  replicate?: boolean;
  /** A name for the kind of message: 3 to 50 letters, digits, `-` or `_`. */
  customMessageType?: string;
  /** A timetoken of the publisher's own, 17 digits, delivered beside the server's. */
  ptto?: Timetoken;
}

/** Parameters of `publishFileMessage()`. */
export interface PublishFileMessageParams extends FileParams, FileMessageParams {}

/** Result of `publishFileMessage()`. */
export interface PublishFileMessageResult {
  /** When the server took the message. */
  readonly timetoken: Timetoken;
}

/** How the parameters of the message are collected. */
export const FILE_MESSAGE = Object.freeze({
  message: optionalJson,
  meta: optionalJson,
  ttl: optional(checkCount),
  shouldStore: optional(checkBoolean),
  replicate: optional(checkBoolean),
  customMessageType: optional(checkCustomType),
  ptto: optional(checkTimetoken),
});

/** `GET /v1/files/publish-file/{pub}/{sub}/0/{channel}/0/{message}` (docs/reference/protocol.md, "Files"). */
export const publishFileMessage = defineEndpoint<PublishFileMessageParams, PublishFileMessageResult>({
  operation: PNOperationType.PNPublishFileMessageOperation,
  params: { ...FILE, ...FILE_MESSAGE },
  needs: ['publishKey'],
  path: ({ channel }, { publishKey, subscribeKey }) =>
    path`/v1/files/publish-file/${publishKey}/${subscribeKey}/0/${channel}/0`,
  payload: {
    of: ({ message, fileId: id, fileName: name }) => ({ message, file: { id, name } }),
    limit: MAX_MESSAGE_BYTES,
    post: false,
    encrypted: true,
  },
  query: ({ shouldStore = true, ttl, meta, replicate, customMessageType, ptto }) => ({
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
