import { bodyText, isObject, parseJson } from '../http/body.ts';
import type { FileExcess, FileStore, Upload } from '../store/files.ts';
import { addressOf, fileChannelOf, filesAnswer, filesRefusal, isoSeconds } from './files.ts';
import { needsNothing, needsOnChannel, shardOf } from './read.ts';
import type { Call, Route } from './route.ts';
import { FORM_BYTES, type UploadForm, uploadRefusal, withUploadForm } from './upload-form.ts';

const UPLOAD_PATH = '/v1/files/{subscribeKey}/uploads';
const EXPIRES_MS = 60_000;
const MAX_REQUEST_BYTES = 8_192;
const MAX_NAME_LENGTH = 255;
// Some clients put a name into a URL without encoding it: characters that would end it or get lost are replaced.
const UNSAFE = /[/\\?#%]|\p{Cc}|\p{Cs}/gu;
const TAGGING = '<Tagging><TagSet><Tag><Key>ObjectTTLInDays</Key><Value>1</Value></Tag></TagSet></Tagging>';
const TOKEN_BYTES = 16;
const BYTE = 256;
const UUID_GROUPS = /^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/;

const EXCESSES: Readonly<Record<FileExcess, string>> = {
  uploads: 'Too many files are announced and not sent yet',
  files: 'There are as many files as the origin keeps',
  bytes: 'There are as many bytes in files as the origin keeps',
};

/** Announces a file, and returns the form to send it with (docs/reference/protocol.md, "Files"). */
export const generateUploadUrl: Route = {
  operation: 'generate-upload-url',
  method: 'POST',
  path: '/v1/files/{subscribeKey}/channels/{channel}/generate-upload-url',
  needs: needsOnChannel('write'),
  async handle(call) {
    const { clock, random } = call.services;
    const { subscribeKey, files } = await shardOf(call);
    const upload = {
      id: randomId(random),
      channel: fileChannelOf(call),
      name: await nameOf(call),
      token: randomToken(random),
      readToken: randomToken(random),
    };
    const expires = clock.now() + EXPIRES_MS;
    const excess = await files.announce(upload, EXPIRES_MS);
    if (excess) throw filesRefusal(429, EXCESSES[excess]);
    return filesAnswer({
      data: { id: upload.id, name: upload.name },
      file_upload_request: {
        url: addressOf(call.request.base, UPLOAD_PATH, { subscribeKey }),
        method: 'POST',
        expiration_date: isoSeconds(expires),
        form_fields: [
          { key: 'tagging', value: TAGGING },
          { key: 'key', value: keyOf(subscribeKey, upload) },
          { key: 'Content-Type', value: 'application/octet-stream' },
          { key: 'Policy', value: upload.token },
        ],
      },
    });
  },
};

/** Stores the bytes of an announced file. The form's token is the permission. */
export const uploadFile: Route = {
  operation: 'upload-file',
  method: 'POST',
  path: UPLOAD_PATH,
  needs: needsNothing,
  bodyBytes: ({ fileBytes }) => fileBytes + FORM_BYTES,
  streamsBody: true,
  async handle(call) {
    const { subscribeKey, files } = await shardOf(call);
    return withUploadForm(call.request, call.services.limits.fileBytes, async ({ fields, file }) => {
      const upload = await uploadOf(fields, subscribeKey, files);
      if (!upload) {
        // Of two errors, that of the form is the one to tell.
        await readToEnd(file);
        throw uploadRefusal('AccessDenied');
      }
      const problem = await files.keep(upload, file);
      if (problem) throw uploadRefusal(problem === 'removed' ? 'AccessDenied' : 'QuotaExceeded');
      return { status: 204, contentType: '', body: '' };
    });
  },
};

async function uploadOf(
  fields: UploadForm['fields'],
  subscribeKey: string,
  files: FileStore,
): Promise<Upload | undefined> {
  const key = fields.get('key') ?? '';
  const upload = await files.announced(key.split('/')[1] ?? '');
  if (!upload || keyOf(subscribeKey, upload) !== key) return undefined;
  return fields.get('Policy') === upload.token ? upload : undefined;
}

async function readToEnd(chunks: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const _ of chunks);
}

async function nameOf({ request }: Call): Promise<string> {
  const body = await bodyText(request.body, MAX_REQUEST_BYTES);
  const fields = typeof body === 'string' ? undefined : parseJson(body.text);
  const name = isObject(fields) ? safeName(fields['name']) : undefined;
  if (name === undefined) throw filesRefusal(400, '[name] must have 1 to 255 characters');
  return name;
}

function safeName(wanted: unknown): string | undefined {
  if (typeof wanted !== 'string' || wanted === '' || [...wanted].length > MAX_NAME_LENGTH) return undefined;
  const name = wanted.replace(UNSAFE, '_');
  // URLs drop a segment that is one of these.
  return name === '.' || name === '..' ? name.replaceAll('.', '_') : name;
}

function keyOf(subscribeKey: string, { id, name }: Upload): string {
  return `${subscribeKey}/${id}/${name}`;
}

function randomToken(random: () => number): string {
  const bytes = Array.from({ length: TOKEN_BYTES }, () => Math.floor(random() * BYTE));
  return bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// A UUID of version 4.
function randomId(random: () => number): string {
  return randomToken(random).replace(UUID_GROUPS, '$1-$2-4$3-a$4-$5');
}
