import type { Keyset } from '../endpoint.ts';
import type { Executor } from './execute.ts';
import { path } from './path.ts';

/** The place of a file. */
export interface FilePlace {
  readonly channel: string;
  readonly fileId: string;
  readonly fileName: string;
}

/** The path of a file (docs/reference/protocol.md, "Files"). */
export function filePath({ channel, fileId, fileName }: FilePlace, { subscribeKey }: Keyset): string {
  return path`/v1/files/${subscribeKey}/channels/${channel}/files/${fileId}/${fileName}`;
}

/** The address of a file, with the present token and without a signature. */
export function fileUrlOf(
  { settings, identity, authorizer }: Pick<Executor, 'settings' | 'identity' | 'authorizer'>,
  file: FilePlace,
): string {
  const url = `${settings.baseUrl}${filePath(file, settings)}?${identity}`;
  return authorizer.withToken({ method: 'GET', headers: {}, url }).url;
}
