import { PNOperationType } from '../../../protocol/status.ts';
import { checkNotEmpty, optional } from '../../builder/params.ts';
import { defineEndpoint } from '../../endpoint.ts';
import { filePath } from '../../request/file-url.ts';
import { FILE, type FileParams } from './file.ts';

/** Parameters of `downloadFile()`. */
export interface DownloadFileParams extends FileParams {
  /** Key that the file was encrypted with, where it is not the client's. */
  cipherKey?: string;
}

/**
 * `GET /v1/files/{sub}/channels/{channel}/files/{id}/{name}`, which leads to the bytes (docs/reference/protocol.md,
 * "Files").
 *
 * @example
 * ```ts
 * const file = await pubnub.downloadFile().channel('room').fileId(id).fileName(name).execute();
 * console.log(await file.text());
 * ```
 */
export const downloadFile = defineEndpoint<DownloadFileParams, string>({
  operation: PNOperationType.PNDownloadFileOperation,
  params: { ...FILE, cipherKey: optional(checkNotEmpty) },
  path: filePath,
  retry: 'safe',
  // `download` reads the answer, which is no text.
  parse: ({ text }) => text,
});
