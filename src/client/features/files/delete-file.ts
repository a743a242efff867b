import { PNOperationType } from '../../../protocol/status.ts';
import { defineEndpoint } from '../../endpoint.ts';
import { filePath } from '../../request/file-url.ts';
import { serviceStatus } from '../../wire/read.ts';
import { FILE, type FileParams } from './file.ts';

/** Parameters of `deleteFile()`. */
export interface DeleteFileParams extends FileParams {}

/** Result of `deleteFile()`. */
export interface DeleteFileResult {
  readonly status: 200;
}

/** `DELETE /v1/files/{sub}/channels/{channel}/files/{id}/{name}` (docs/reference/protocol.md, "Files"). */
export const deleteFile = defineEndpoint<DeleteFileParams, DeleteFileResult>({
  operation: PNOperationType.PNDeleteFileOperation,
  params: FILE,
  method: 'DELETE',
  path: filePath,
  retry: 'safe',
  parse: ({ body }) => {
    serviceStatus(body);
    return { status: 200 };
  },
});
