import { MAX_MESSAGE_BYTES } from '../../../protocol/limits.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import {
  checkCount,
  checkName,
  checkNotEmpty,
  optional,
  optionalJson,
  required,
} from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint, type JsonOf } from '../../endpoint.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { path } from '../../request/path.ts';
import { at, expected, listAt, stringAt } from '../../wire/read.ts';
import {
  identified,
  MESSAGE,
  type MessageParams,
  messageQuery,
  type PublishResult,
  publishingBy,
} from '../message.ts';
import { checkFileData, type FileData } from './bytes.ts';
import { checkMimeType, checkNewFileName, FILE, type FileParams } from './file.ts';
import type { FormField } from './multipart.ts';

/** Parameters of the message that announces a file. */
export interface FileMessageParams extends MessageParams {
  /** Message sent with the file: any JSON value. */
  message?: JsonOf<unknown>;
  /** Whether history keeps the message. Default `true`. */
  shouldStore?: boolean;
}

/** Parameters of `publishFileMessage()`. */
export interface PublishFileMessageParams extends FileParams, FileMessageParams {}

/** Result of `publishFileMessage()`. */
export type PublishFileMessageResult = PublishResult;

/** What names the file: a `File` does; with any other, the parameter has to. Of one that is not given yet, nobody knows. */
type Named<Given> = Given extends { readonly file: infer F }
  ? [F] extends [File]
    ? 'file'
    : 'fileName'
  : 'file';

/** Parameters of `sendFile()`. */
export interface SendFileParams extends FileMessageParams {
  readonly '~oneOf': Named<this['~given']>;
  /** Channel that the file is sent to. */
  channel: ChannelName<this['~map']>;
  /** The content of the file: a `Blob` or `File`, bytes, text, or a stream or async iterable of bytes. */
  file: FileData;
  /** Name of the file. Required unless the source is a `File`, which has a name. */
  fileName?: string;
  /** Media type of the file. Default: that of the `Blob`, or `application/octet-stream`. */
  mimeType?: string;
  /** Size of a stream in bytes. If it is given, the stream is not buffered in memory. */
  size?: number;
  /** Key that encrypts the file by the legacy scheme, instead of the client's crypto module. The message is not affected. */
  cipherKey?: string;
}

/** Result of `sendFile()`. */
export interface SendFileResult {
  /** Always 200. */
  readonly status: 200;
  /** When the server took the message that tells of the file. */
  readonly timetoken: Timetoken;
  /** Id of the file. */
  readonly id: string;
  /** Name under which the server stores the file; it may differ from the requested one. */
  readonly name: string;
}

/** Target of an upload: address, id and form fields. */
export interface Announcement {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly fields: readonly FormField[];
}

const OPERATION = 'PNPublishFileOperation';

const FILE_MESSAGE = { message: optionalJson, ...MESSAGE };

/** `GET /v1/files/publish-file/{pub}/{sub}/0/{channel}/0/{message}` (docs/reference/protocol.md, "Files"). */
export const publishFileMessage = defineEndpoint<PublishFileMessageParams, PublishFileMessageResult>({
  ...publishingBy('/v1/files/publish-file'),
  operation: 'PNPublishFileMessageOperation',
  params: { ...FILE, ...FILE_MESSAGE },
  payload: {
    of: ({ message, fileId: id, fileName: name }) => ({ message, file: { id, name } }),
    limit: MAX_MESSAGE_BYTES,
    post: false,
    encrypted: true,
  },
  query: ({ shouldStore = true, ...given }) => messageQuery({ ...given, shouldStore }),
});

/**
 * The first of the three requests of `sendFile()`: `POST /v1/files/{sub}/channels/{channel}/generate-upload-url`
 * (docs/reference/protocol.md, "Files").
 */
export const sendFile = defineEndpoint<SendFileParams, Announcement>({
  operation: OPERATION,
  params: {
    channel: required(checkName),
    file: required(checkFileData),
    fileName: optional(checkNewFileName),
    mimeType: optional(checkMimeType),
    size: optional(checkCount),
    cipherKey: optional(checkNotEmpty),
    ...FILE_MESSAGE,
  },
  needs: ['publishKey'],
  complete: identified,
  conflict: (values) => {
    if (values.fileName === undefined && !(values.file instanceof File))
      throw new PubNubError('PN-1001', `${OPERATION}: fileName missing.`, { operation: OPERATION });
    const problem = checkNewFileName(nameOf(values));
    return problem && `fileName ${problem}`;
  },
  method: 'POST',
  path: ({ channel }, { subscribeKey }) =>
    path`/v1/files/${subscribeKey}/channels/${channel}/generate-upload-url`,
  body: (values) => ({ name: nameOf(values) }),
  // An announcement that nothing follows is forgotten.
  retry: 'safe',
  parse: ({ body }) => {
    const url = at(body, 'file_upload_request', 'url');
    if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
      expected('an absolute url at file_upload_request.url');
    const fields = listAt(body, 'file_upload_request', 'form_fields');
    return {
      id: stringAt(body, 'data', 'id'),
      name: stringAt(body, 'data', 'name'),
      // In full: a host may come without the slash after it.
      url: new URL(url).href,
      fields: fields.map((field) => ({ key: stringAt(field, 'key'), value: stringAt(field, 'value') })),
    };
  },
});

/** The name of a file to be created. */
export function nameOf({ file, fileName }: { readonly file: FileData; readonly fileName?: string }): string {
  return fileName ?? (file instanceof File ? file.name : '');
}
