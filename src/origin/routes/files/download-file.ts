import { needsNothing } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Route } from '../route.ts';
import { filesRefusal } from './answers.ts';
import { addressOf, BYTES_PATH, FILES_PATH } from './paths.ts';
import { fileOf, needsChannel } from './read.ts';

/** Says where the bytes of a file are (docs/reference/protocol.md, "Files"). */
export const downloadFile: Route = {
  operation: 'download-file',
  method: 'GET',
  path: `${FILES_PATH}/{id}/{name}`,
  needs: needsChannel('read'),
  async handle(call) {
    const { shard, file } = await fileOf(call);
    const { id, name, readToken: token } = file;
    const segments = { subscribeKey: shard.subscribeKey, id, token, name };
    const location = addressOf(call.request.base, BYTES_PATH, segments);
    const headers = { location, 'cache-control': 'public, max-age=3600, immutable' };
    return { status: 307, contentType: '', body: '', headers };
  },
};

/** The bytes of a file, for whoever has the address. Never shown in a page, run, or guessed at by a browser. */
export const fileBytes: Route = {
  operation: 'file-bytes',
  method: 'GET',
  path: BYTES_PATH,
  needs: needsNothing,
  async handle(call) {
    const { files } = await shardOf(call);
    const file = await files.find(call.segment('id'));
    const bytes = file && (await files.read(file.id));
    const known = file?.readToken === call.segment('token') && file.name === call.segment('name');
    if (!bytes || !known) throw filesRefusal(404, 'There is no such file');
    const headers = {
      'content-disposition': attachment(file.name),
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    };
    return { status: 200, contentType: 'application/octet-stream', body: '', bytes, headers };
  },
};

// Twice: in ASCII, and exactly, as RFC 6266 has it.
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/gu, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
