import type { Verbs } from '../../builder/builder.ts';
import { checkOptions, FILE_CALL_OPTIONS, NO_OPTIONS } from '../../builder/check-options.ts';
import { type Context, operation } from '../../builder/operation.ts';
import { type Envelope, paged, type RestVerbs, rest, restVerbs } from '../../builder/verbs.ts';
import { aborted } from '../../errors/from-call.ts';
import { defineFeature } from '../../feature.ts';
import { deleteFile } from './delete-file.ts';
import { download } from './download.ts';
import { type DownloadFileParams, downloadFile } from './download-file.ts';
import type { DownloadedFile } from './downloaded-file.ts';
import { getFileUrl } from './get-file-url.ts';
import { filePaging, listFiles } from './list-files.ts';
import type { FileCallOptions } from './progress.ts';
import { publishFileMessage } from './publish-file-message.ts';
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

export interface Moving<R> extends Verbs {
  readonly verbs: FileVerbs<R>;
}

const SENDING = restVerbs<SendFileParams, Announcement, Context>(
  sendFile,
  ({ executor }, given, options) => send(executor, given, options),
  FILE_CALL_OPTIONS,
);

/** The operations on files. */
export const files = defineFeature({
  name: 'files',
  builders: {
    /** Sends a file to a channel, and tells the channel of it. */
    sendFile: operation<SendFileParams, Moving<SendFileResult>>(sendFile, {
      ...endingSources(SENDING),
      request: async (context, given, options) => {
        checkOptions(sendFile.operation, options, NO_OPTIONS);
        await planMessage(context.executor, given);
        return SENDING['request']?.(context, given, options);
      },
    }),
    /** Asks for the files of a channel. */
    listFiles: paged(listFiles, filePaging),
    /** Makes the address of a file, without a request. */
    getFileUrl: rest(getFileUrl, async ({ executor }, given, { signal } = {}) => {
      if (signal?.aborted) throw aborted(getFileUrl.operation, 'not-sent', signal.reason);
      const plan = await executor.plan(getFileUrl, given);
      return (await executor.authorizer.authorize(plan, getFileUrl)).url;
    }),
    /** Downloads a file. */
    downloadFile: operation<DownloadFileParams, Moving<DownloadedFile>>(
      downloadFile,
      restVerbs(
        downloadFile,
        ({ executor }, given, options) => download(executor, given, options),
        FILE_CALL_OPTIONS,
      ),
    ),
    /** Deletes a file. Messages that tell of it stay. */
    deleteFile: rest(deleteFile),
    /** Tells a channel of a file that is uploaded. */
    publishFileMessage: rest(publishFileMessage),
  },
});
