import { parseMultipart } from '../../http/multipart.ts';
import { needsNothing } from '../needs.ts';
import { shardOf } from '../read.ts';
import type { Call, Route } from '../route.ts';
import { bucketRefusal } from './answers.ts';
import { idIn, keyOf } from './form.ts';
import { UPLOAD_PATH } from './paths.ts';

// What surrounds the file in a form.
const FORM_BYTES = 65_536;
const MAX_FIELDS = 32;

/** Takes the bytes of an announced file. What the form says is the permission (docs/reference/protocol.md, "Files"). */
export const uploadFile: Route = {
  operation: 'upload-file',
  method: 'POST',
  path: UPLOAD_PATH,
  needs: needsNothing,
  bodyBytes: ({ fileBytes }) => fileBytes + FORM_BYTES,
  async handle(call) {
    const { fileBytes } = call.services.limits;
    const { subscribeKey, files } = await shardOf(call);
    const { form, bytes } = formOf(call);
    const key = form.get('key') ?? '';
    const upload = await files.announced(idIn(key));
    if (!upload || keyOf(subscribeKey, upload) !== key || form.get('Policy') !== upload.token) {
      throw bucketRefusal('AccessDenied');
    }
    if (bytes.length > fileBytes) throw bucketRefusal('EntityTooLarge');
    // A copy: the rest of the form is not kept.
    if (await files.keep(upload, new Uint8Array(bytes))) throw bucketRefusal('QuotaExceeded');
    return { status: 204, contentType: '', body: '' };
  },
};

function formOf({ request, services }: Call) {
  if (request.body.length > services.limits.fileBytes + FORM_BYTES) throw bucketRefusal('EntityTooLarge');
  const parts = parseMultipart(request.body, request.header('content-type'), MAX_FIELDS);
  const file = parts?.at(-1);
  if (!parts || file?.name !== 'file') throw bucketRefusal('MalformedPOSTRequest');
  const fields = parts.slice(0, -1);
  const form = new Map(fields.map(({ name, body }) => [name, new TextDecoder().decode(body)]));
  return { form, bytes: file.body };
}
