import { nameProblem } from '../../protocol/names.ts';
import { type Answer, APPLICATION_JSON, json, Refusal } from '../http/answer.ts';
import type { Shard } from '../shard.ts';
import type { StoredFile } from '../store/files.ts';
import { countOf, needsNothing, needsOnChannel, shardOf } from './read.ts';
import type { Call, Route } from './route.ts';

const FILES_PATH = '/v1/files/{subscribeKey}/channels/{channel}/files';
const BYTES_PATH = '/v1/files/{subscribeKey}/bytes/{id}/{token}/{name}';
const MAX_FILES = 100;
const INVALID_CHARACTERS = 3001;

/** The files of a channel, oldest first (docs/reference/protocol.md, "Files"). */
export const listFiles: Route = {
  operation: 'list-files',
  method: 'GET',
  path: FILES_PATH,
  needs: needsOnChannel('read'),
  async handle(call) {
    const shard = await shardOf(call);
    const channel = fileChannelOf(call);
    const limit = countOf(call.query, 'limit', { min: 1, max: MAX_FILES });
    if (limit === undefined) throw filesRefusal(400, '[limit] must be a number from 1 to 100');
    const page = await shard.files.list(channel, limit, call.query.text('next'));
    if (!page) throw filesRefusal(400, '[next] comes from no answer');
    const data = page.files.map(({ name, id, size, created }) => ({
      name,
      id,
      size,
      created: isoSeconds(created),
    }));
    return filesAnswer({ data, next: page.next ?? null, count: data.length });
  },
};

/** Deletes a file; messages about it stay. */
export const deleteFile: Route = {
  operation: 'delete-file',
  method: 'DELETE',
  path: `${FILES_PATH}/{id}/{name}`,
  needs: needsOnChannel('delete'),
  async handle(call) {
    const { shard, file } = await fileOf(call);
    await shard.files.remove(file.id);
    return filesAnswer({});
  },
};

/** Redirects to the bytes of a file. */
export const downloadFile: Route = {
  operation: 'download-file',
  method: 'GET',
  path: `${FILES_PATH}/{id}/{name}`,
  needs: needsOnChannel('read'),
  async handle(call) {
    const { shard, file } = await fileOf(call);
    const { id, name, readToken: token } = file;
    const segments = { subscribeKey: shard.subscribeKey, id, token, name };
    const location = addressOf(call.request.base, BYTES_PATH, segments);
    const headers = { location, 'cache-control': 'public, max-age=3600, immutable' };
    return { status: 307, contentType: '', body: '', headers };
  },
};

/** The bytes of a file, for every client that has the address. Browsers must not show, run or sniff them. */
export const fileBytes: Route = {
  operation: 'file-bytes',
  method: 'GET',
  path: BYTES_PATH,
  needs: needsNothing,
  async handle(call) {
    const { files } = await shardOf(call);
    const file = await files.find(call.segment('id'));
    const isAllowed = file?.readToken === call.segment('token') && file.name === call.segment('name');
    const bytes = isAllowed ? await files.read(file.id) : undefined;
    if (!bytes) throw noSuchFile();
    const headers = {
      'content-length': String(bytes.size),
      'content-disposition': attachment(call.segment('name')),
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
    };
    return { status: 200, contentType: 'application/octet-stream', body: '', stream: bytes.stream, headers };
  },
};

/** A good answer of the files service. */
export function filesAnswer(members: object): Answer {
  return json(200, { status: 200, ...members }, APPLICATION_JSON);
}

/** The files service's shape of an error. */
export function filesRefusal(status: number, message: string, code?: number): Refusal {
  const error = { message, source: 'Files', ...(code !== undefined && { code }) };
  return new Refusal(json(status, { status, error }, APPLICATION_JSON));
}

/** The path's channel. Throws a `Refusal` in the shape of the files service for an invalid name. */
export function fileChannelOf({ segment }: Call): string {
  const channel = segment('channel');
  if (nameProblem(channel) === undefined) return channel;
  throw filesRefusal(400, '[channel] contains invalid characters', INVALID_CHARACTERS);
}

/** An absolute address of this origin, as the client of the request reaches it. */
export function addressOf(
  base: string | undefined,
  path: string,
  segments: Readonly<Record<string, string>>,
) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(segments[name] ?? ''));
  return `${base ?? 'http://localhost'}${filled}`;
}

/** A time as the files service writes it: without milliseconds. */
export function isoSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

async function fileOf(call: Call): Promise<{ readonly shard: Shard; readonly file: StoredFile }> {
  const shard = await shardOf(call);
  const channel = fileChannelOf(call);
  const file = await shard.files.find(call.segment('id'));
  if (file && file.channel === channel && file.name === call.segment('name')) return { shard, file };
  throw noSuchFile();
}

function noSuchFile(): Refusal {
  return filesRefusal(404, 'There is no such file');
}

// Twice: in ASCII, and exactly, as in RFC 6266.
function attachment(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/gu, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${exact}`;
}
