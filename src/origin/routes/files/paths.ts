/** The files of a channel (docs/reference/protocol.md, "Files"). */
export const FILES_PATH = '/v1/files/{subscribeKey}/channels/{channel}/files';

/** Where the bytes of a form go. */
export const UPLOAD_PATH = '/v1/files/{subscribeKey}/uploads';

/** Where bytes come from. */
export const BYTES_PATH = '/v1/files/{subscribeKey}/bytes/{id}/{token}/{name}';

/** An absolute address of this origin, as the client of the request reaches it. */
export function addressOf(
  base: string | undefined,
  path: string,
  segments: Readonly<Record<string, string>>,
) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(segments[name] ?? ''));
  return `${base ?? 'http://localhost'}${filled}`;
}
