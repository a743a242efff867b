import { LARGEST_PAGE } from '../../../protocol/limits.ts';
import type { Verbs } from '../../builder/builder.ts';
import { CALL_OPTIONS, checkOptions, NO_OPTIONS } from '../../builder/check-options.ts';
import { type Context, operation } from '../../builder/operation.ts';
import type { Paging } from '../../builder/paging.ts';
import {
  checkAmount,
  checkFunction,
  checkName,
  checkText,
  optional,
  required,
} from '../../builder/params.ts';
import type { OptionTable } from '../../builder/read-options.ts';
import { type Envelope, paged, type RestVerbs, rest, restVerbs } from '../../builder/verbs.ts';
import type { ChannelName } from '../../channels.ts';
import type { Params } from '../../endpoint.ts';
import { aborted } from '../../errors/from-call.ts';
import { defineFeature } from '../../feature.ts';
import { filePath } from '../../request/file-url.ts';
import { path } from '../../request/path.ts';
import { at, isText, listAt, serviceStatus, stringAt } from '../../wire/read.ts';
import { codecOf } from './codec.ts';
import { download } from './download.ts';
import type { DownloadedFile } from './downloaded-file.ts';
import { type DownloadFileParams, downloadFile, FILE, type FileParams, getFileUrl } from './file.ts';
import type { FileCallOptions } from './progress.ts';
import {
  type Announcement,
  publishFileMessage,
  type SendFileParams,
  type SendFileResult,
  sendFile,
} from './send-file.ts';
import { endingSources } from './source.ts';
import { planMessage, send } from './upload.ts';

/** Parameters of `listFiles()`. */
export interface ListFilesParams extends Params {
  /** Channel whose files are listed. */
  channel: ChannelName<this['~map']>;
  /** Page size, at most 100. Default 100. */
  limit?: number;
  /** Where to go on: the `next` of the answer before. */
  next?: string;
}

/** A file of a channel. */
export interface ListedFile {
  /** Id of the file. */
  readonly id: string;
  /** Name under which the server stores it. */
  readonly name: string;
  /** Size as stored, in bytes: of an encrypted file, the size of its encrypted form. */
  readonly size: number;
  /** When it was sent, as an ISO 8601 date. */
  readonly created: string;
}

/** Result of `listFiles()`. */
export interface ListFilesResult {
  /** Always 200. */
  readonly status: 200;
  /** The files, oldest first. */
  readonly data: readonly ListedFile[];
  /** Where the next answer begins; `null` when there is none. */
  readonly next: string | null;
  /** Number of files in this answer. */
  readonly count: number;
}

/** Parameters of `deleteFile()`. */
export interface DeleteFileParams extends FileParams {}

/** Result of `deleteFile()`. */
export interface DeleteFileResult {
  /** Always 200. */
  readonly status: 200;
}

/** The verbs of a builder that transfers a file. */
export interface FileVerbs<R> extends RestVerbs<R> {
  /** Transfers the file; resolves to the result or rejects with a `PubNubError`. */
  execute(options?: FileCallOptions): Promise<R>;
  /** Transfers the file; never rejects: a failure is in the status. */
  envelope(options?: FileCallOptions): Promise<Envelope<R>>;
  /** The first request that would be sent, without sending it; rejects where `execute` would before sending. */
  request(): Promise<Request>;
}

export interface Moving<R> extends Verbs {
  readonly verbs: FileVerbs<R>;
}

const FILE_CALL_OPTIONS: OptionTable<FileCallOptions> = Object.freeze({
  ...CALL_OPTIONS,
  onProgress: optional(checkFunction),
});

const SENDING = restVerbs<SendFileParams, Announcement, Context>(
  sendFile,
  ({ executor }, values, options) => send(executor, values, options),
  FILE_CALL_OPTIONS,
);

const filePaging: Paging<ListFilesParams, ListFilesResult> = {
  place: ['next'],
  pageIn: (_asked, answer) => (answer.count > 0 ? answer : undefined),
  next: (_asked, { next }) => (next === null ? [] : [{ next }]),
};

/** The operations on files (docs/reference/protocol.md, "Files"). */
export const files = defineFeature({
  name: 'files',
  builders: {
    /**
     * Uploads a file and announces it on its channel.
     *
     * @example
     * ```ts
     * const { id, name } = await pubnub.sendFile().channel('room').file('Hello').fileName('hello.txt').execute();
     * console.log(id, name);
     * ```
     */
    sendFile: operation<SendFileParams, Moving<SendFileResult>>(sendFile, {
      ...endingSources(SENDING),
      request: async (context, given, options) => {
        checkOptions(sendFile.operation, options, NO_OPTIONS);
        const values = context.executor.check(sendFile, given);
        codecOf(context.executor, values.cipherKey);
        await planMessage(context.executor, values);
        return SENDING['request']?.(context, given, options);
      },
    }),
    /** Lists the files of a channel. */
    listFiles: paged<ListFilesParams, ListFilesResult>(
      {
        operation: 'PNListFilesOperation',
        params: { channel: required(checkName), limit: optional(checkAmount), next: optional(checkText) },
        path: ({ channel }, { subscribeKey }) => path`/v1/files/${subscribeKey}/channels/${channel}/files`,
        query: ({ limit = LARGEST_PAGE, next }) => ({ limit: Math.min(limit, LARGEST_PAGE), next }),
        retry: 'safe',
        parse: ({ body }) => {
          const data = listAt(body, 'data').map(fileFrom);
          const next = at(body, 'next');
          return { status: 200, data, next: isText(next) ? next : null, count: data.length };
        },
      },
      filePaging,
    ),
    /**
     * Computes the address of a file, without a request. It contains credentials: whoever has it can read the file.
     *
     * @example
     * ```ts
     * pubnub.on('file', async ({ channel, file }) => {
     *   const url = await pubnub.getFileUrl({ channel, fileId: file.id, fileName: file.name }).execute();
     *   console.log(url);
     * });
     * ```
     */
    getFileUrl: rest(getFileUrl, async ({ executor }, values, { signal } = {}) => {
      if (signal?.aborted) throw aborted(getFileUrl.operation, 'not-sent', signal.reason);
      const plan = await executor.plan(getFileUrl, values);
      return (await executor.authorizer.authorize(plan, getFileUrl)).url;
    }),
    /**
     * Downloads a file.
     *
     * @example
     * ```ts
     * const file = await pubnub.downloadFile().channel('room').fileId(id).fileName(name).execute();
     * console.log(await file.text());
     * ```
     */
    downloadFile: operation<DownloadFileParams, Moving<DownloadedFile>>(
      downloadFile,
      restVerbs(
        downloadFile,
        ({ executor }, values, options) => download(executor, values, options),
        FILE_CALL_OPTIONS,
      ),
    ),
    /** Deletes a file. Messages that announce it stay. */
    deleteFile: rest<DeleteFileParams, DeleteFileResult>({
      operation: 'PNDeleteFileOperation',
      params: FILE,
      method: 'DELETE',
      path: filePath,
      retry: 'safe',
      parse: ({ body }) => {
        serviceStatus(body);
        return { status: 200 };
      },
    }),
    /** Announces an uploaded file on its channel. */
    publishFileMessage: rest(publishFileMessage),
  },
});

function fileFrom(item: unknown): ListedFile {
  return {
    id: stringAt(item, 'id'),
    name: stringAt(item, 'name'),
    size: Number(at(item, 'size')),
    created: String(at(item, 'created')),
  };
}
