import { PNOperationType } from '../../../protocol/status.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { checkCount, checkName, checkNotEmpty, optional, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { defineEndpoint } from '../../endpoint.ts';
import { path } from '../../request/path.ts';
import { isRecord } from '../../wire/read.ts';
import { checkFileData, type FileData } from './bytes.ts';
import { checkMimeType, checkNewFileName } from './file.ts';
import type { FormField } from './multipart.ts';
import { FILE_MESSAGE, type FileMessageParams } from './publish-file-message.ts';

/** Parameters of `sendFile()`. */
export interface SendFileParams extends FileMessageParams {
  /** Channel that the file is sent to. */
  channel: ChannelName<this['~map']>;
  /** What the file is made of: a `Blob` or `File`, bytes, text, or a stream or async iterable of bytes. */
  file: FileData;
  /** Name of the file. A `File` has one of its own; all else needs one. */
  fileName?: string;
  /** Media type of the file. Default: that of the `Blob`, or `application/octet-stream`. */
  mimeType?: string;
  /** How many bytes a stream has. With it, the stream is not held in memory. */
  size?: number;
  /** Key to encrypt the file with, by the legacy scheme, instead of the client's way. The message is not touched. */
  cipherKey?: string;
}

/** Result of `sendFile()`. */
export interface SendFileResult {
  readonly status: 200;
  /** When the server took the message that tells of the file. */
  readonly timetoken: Timetoken;
  /** Id of the file. */
  readonly id: string;
  /** Name of the file as the server has it, which may differ from what was asked for. */
  readonly name: string;
}

/** Where a file is to be sent, and as what. */
export interface Announcement {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  readonly fields: readonly FormField[];
}

/**
 * The first of the three requests of `sendFile()`: `POST /v1/files/{sub}/channels/{channel}/generate-upload-url`
 * (docs/reference/protocol.md, "Files").
 *
 * @example
 * ```ts
 * const { id, name } = await pubnub.sendFile().channel('room').file('Hello').fileName('hello.txt').execute();
 * console.log(id, name);
 * ```
 */
export const sendFile = defineEndpoint<SendFileParams, Announcement>({
  operation: PNOperationType.PNPublishFileOperation,
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
  conflict: (values) => {
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
    const { data, file_upload_request: form }: Readonly<Record<string, unknown>> = isRecord(body) ? body : {};
    if (!isRecord(data) || !isRecord(form)) throw new TypeError('expected data and file_upload_request');
    const { id, name } = data;
    if (typeof id !== 'string' || typeof name !== 'string') throw new TypeError('expected an id and a name');
    const { url, form_fields: fields } = form;
    if (typeof url !== 'string' || !/^https?:\/\//.test(url) || !URL.canParse(url))
      throw new TypeError('expected an absolute url');
    if (!Array.isArray(fields)) throw new TypeError('expected form_fields');
    // In full: a host may come without the slash after it.
    return { id, name, url: new URL(url).href, fields: fields.map(fieldFrom) };
  },
});

/** The name that a file is to have. */
export function nameOf({ file, fileName }: { readonly file: FileData; readonly fileName?: string }): string {
  return fileName ?? (file instanceof File ? file.name : '');
}

function fieldFrom(field: unknown): FormField {
  const { key, value }: Readonly<Record<string, unknown>> = isRecord(field) ? field : {};
  if (typeof key !== 'string' || typeof value !== 'string') throw new TypeError('expected a key and a value');
  return { key, value };
}
