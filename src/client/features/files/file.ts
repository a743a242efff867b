import { nameProblem } from '../../../protocol/names.ts';
import { checkName, required } from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import type { Check, Params } from '../../endpoint.ts';

/** Parameters that name a file. */
export interface FileParams extends Params {
  /** Channel that the file was sent to. */
  channel: ChannelName<this['~map']>;
  /** Id of the file, as `sendFile()`, `listFiles()` and file events have it. */
  fileId: string;
  /** Name of the file, as the server has it. */
  fileName: string;
}

// A name that is taken for a way through folders leads to another file.
const WAY = /[/\\]/;

/** The id of a file, or its name, as a server gave it. */
export const checkFileName: Check = (value) => {
  if (typeof value !== 'string' || value === '') return 'must be a string that is not empty';
  if (value === '.' || value === '..' || WAY.test(value))
    return 'must not be a path: no "/", no "\\", and neither "." nor ".."';
  if (/\p{Cc}/u.test(value) || !value.isWellFormed())
    return 'must not contain control characters or lone surrogates';
  return;
};

/** The name of a file that is to be sent. */
export const checkNewFileName: Check = (value) => checkFileName(value) ?? nameProblem(value);

/** A media type, as `text/plain`. */
export const checkMimeType: Check = (value) =>
  typeof value === 'string' && /^[\w.+-]+\/[\w.+-]+(?:;[\x20-\x7e]*)?$/.test(value)
    ? undefined
    : 'must be a media type, as "text/plain"';

/** How the parameters that name a file are collected. */
export const FILE = Object.freeze({
  channel: required(checkName),
  fileId: required(checkFileName),
  fileName: required(checkFileName),
});
