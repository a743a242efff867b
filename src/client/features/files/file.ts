import { nameProblem } from '../../../protocol/names.ts';
import { checkName, checkNotEmpty, must, optional, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import { type Check, defineEndpoint, type Params, type ParamTable } from '../../endpoint.ts';
import { filePath } from '../../request/file-url.ts';

/** Parameters that identify a file. */
export interface FileParams extends Params {
  /** Channel that the file was sent to. */
  channel: ChannelName<this['~map']>;
  /** Id of the file, from `sendFile()`, `listFiles()` or a file event. */
  fileId: string;
  /** Name of the file, as stored by the server. */
  fileName: string;
}

/** Parameters of `getFileUrl()`. */
export interface GetFileUrlParams extends FileParams {}

/** Parameters of `downloadFile()`. */
export interface DownloadFileParams extends FileParams {
  /** Key that the file was encrypted with, if it is not the client's. */
  cipherKey?: string;
}

/** The id of a file, or its name, as a server gave it. A path in it would address another file. */
export const checkFileName: Check = (value) => {
  if (typeof value !== 'string' || value === '') return 'must be a string that is not empty';
  if (value === '.' || value === '..' || /[/\\]/.test(value))
    return 'must not be a path: no "/", no "\\", and neither "." nor ".."';
  if (/\p{Cc}/u.test(value) || !value.isWellFormed())
    return 'must not contain control characters or lone surrogates';
  return;
};

/** The name of a file to be sent. */
export const checkNewFileName: Check = (value) => checkFileName(value) ?? nameProblem(value);

/** A media type, for example `text/plain`. */
export const checkMimeType = must(
  'be a media type, as "text/plain"',
  (value) => typeof value === 'string' && /^[\w.+-]+\/[\w.+-]+(?:;[\x20-\x7e]*)?$/.test(value),
);

export const FILE: ParamTable<FileParams> = {
  channel: required(checkName),
  fileId: required(checkFileName),
  fileName: required(checkFileName),
};

/** The address of a file, with credentials: whoever has it can read the file. */
export const getFileUrl = defineEndpoint<GetFileUrlParams, string>({
  operation: 'PNGetFileUrlOperation',
  params: FILE,
  path: filePath,
  retry: 'safe',
  // Only the address is computed: nothing is sent.
  parse: ({ text }) => text,
});

/** `GET /v1/files/{sub}/channels/{channel}/files/{id}/{name}`, which leads to the bytes. */
export const downloadFile = defineEndpoint<DownloadFileParams, string>({
  operation: 'PNDownloadFileOperation',
  params: { ...FILE, cipherKey: optional(checkNotEmpty) },
  path: filePath,
  retry: 'safe',
  // `download` reads the answer, which is not text.
  parse: ({ text }) => text,
});
