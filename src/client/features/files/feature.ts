import { defineBuilder, type Verbs } from '../../builder/builder.ts';
import { CALL_OPTIONS, checkOptions, NO_OPTIONS } from '../../builder/check-options.ts';
import { checkFunction, optional } from '../../builder/params.ts';
import type { OptionTable } from '../../builder/read-options.ts';
import type { Context, Start } from '../../builder/start.ts';
import {
  type Envelope,
  type Paged,
  type Rest,
  type RestVerbs,
  restVerbs,
  startPages,
  startRest,
} from '../../builder/verbs.ts';
import { aborted } from '../../errors/from-call.ts';
import { type DeleteFileParams, type DeleteFileResult, deleteFile } from './delete-file.ts';
import { download } from './download.ts';
import { type DownloadFileParams, downloadFile } from './download-file.ts';
import type { DownloadedFile } from './downloaded-file.ts';
import { type GetFileUrlParams, getFileUrl } from './get-file-url.ts';
import { filePaging, type ListFilesParams, type ListFilesResult, listFiles } from './list-files.ts';
import type { FileCallOptions } from './progress.ts';
import {
  type PublishFileMessageParams,
  type PublishFileMessageResult,
  publishFileMessage,
} from './publish-file-message.ts';
import { type Announcement, type SendFileParams, type SendFileResult, sendFile } from './send-file.ts';
import { endingSources } from './source.ts';
import { planMessage, send } from './upload.ts';

/** What the builder of a call that moves a file ends in. */
export interface FileVerbs<R> extends RestVerbs<R> {
  /** Moves the file; resolves to the result or rejects with a `PubNubError`. */
  execute(options?: FileCallOptions): Promise<R>;
  /** Moves the file; never rejects: a failure is in the status. */
  envelope(options?: FileCallOptions): Promise<Envelope<R>>;
  /** The first request that would be sent, without sending it; rejects where `execute` would before sending. */
  request(): Promise<Request>;
}

interface Moving<R> extends Verbs {
  readonly verbs: FileVerbs<R>;
}

/** The operations on files; `C` is the client's channel map. */
export interface FileOperations<C> {
  /** Sends a file to a channel, and tells the channel of it. */
  readonly sendFile: Start<SendFileParams, Moving<SendFileResult>, C>;
  /** Asks for the files of a channel. */
  readonly listFiles: Start<ListFilesParams, Paged<ListFilesResult>, C>;
  /** Makes the address of a file, without a request. */
  readonly getFileUrl: Start<GetFileUrlParams, Rest<string>, C>;
  /** Downloads a file. */
  readonly downloadFile: Start<DownloadFileParams, Moving<DownloadedFile>, C>;
  /** Deletes a file. Messages that tell of it stay. */
  readonly deleteFile: Start<DeleteFileParams, Rest<DeleteFileResult>, C>;
  /** Tells a channel of a file that is uploaded. */
  readonly publishFileMessage: Start<PublishFileMessageParams, Rest<PublishFileMessageResult>, C>;
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

/** How their builders start. */
export const FILE_BUILDERS = Object.freeze({
  sendFile: defineBuilder<Context>(sendFile.params, {
    ...endingSources(SENDING),
    request: async (context, given, options) => {
      checkOptions(sendFile.operation, options, NO_OPTIONS);
      await planMessage(context.executor, context.executor.check(sendFile, given));
      return SENDING['request']?.(context, given, options);
    },
  }),
  listFiles: startPages(listFiles, filePaging),
  getFileUrl: startRest(getFileUrl, async ({ executor }, values, { signal } = {}) => {
    if (signal?.aborted) throw aborted(getFileUrl.operation, 'not-sent', signal.reason);
    const plan = await executor.plan(getFileUrl, values);
    return (await executor.authorizer.authorize(plan, getFileUrl)).url;
  }),
  downloadFile: startRest(
    downloadFile,
    ({ executor }, values, options) => download(executor, values, options),
    FILE_CALL_OPTIONS,
  ),
  deleteFile: startRest(deleteFile),
  publishFileMessage: startRest(publishFileMessage),
});
