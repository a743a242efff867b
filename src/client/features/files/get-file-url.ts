import { PNOperationType } from '../../../protocol/status.ts';
import { defineEndpoint } from '../../endpoint.ts';
import { filePath } from '../../request/file-url.ts';
import { FILE, type FileParams } from './file.ts';

/** Parameters of `getFileUrl()`. */
export interface GetFileUrlParams extends FileParams {}

/**
 * The address of a file, with what proves who asks: whoever has it may read the file (docs/reference/protocol.md, "Files").
 *
 * @example
 * ```ts
 * pubnub.on('file', async ({ channel, file }) => {
 *   const url = await pubnub.getFileUrl({ channel, fileId: file.id, fileName: file.name }).execute();
 *   console.log(url);
 * });
 * ```
 */
export const getFileUrl = defineEndpoint<GetFileUrlParams, string>({
  operation: PNOperationType.PNGetFileUrlOperation,
  params: FILE,
  path: filePath,
  retry: 'safe',
  // The address is all there is: nothing is sent.
  parse: ({ text }) => text,
});
