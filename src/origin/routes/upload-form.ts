import { Refusal } from '../http/answer.ts';
import { type FormEvent, MalformedForm, MultipartReader } from '../http/multipart.ts';
import type { OriginRequest } from '../http/request.ts';

/** Bytes of a form beside the file. */
export const FORM_BYTES = 65_536;

const MAX_FIELDS = 32;

// The errors of an upload: status and message.
const UPLOAD_ERRORS = {
  MalformedPOSTRequest: [
    400,
    'The body is not well-formed multipart/form-data with a file as its last field.',
  ],
  AccessDenied: [403, 'Nobody has announced this file, or its form has expired.'],
  EntityTooLarge: [400, 'The file is larger than allowed.'],
  QuotaExceeded: [403, 'There are as many bytes in files as the origin keeps'],
} as const;

/** A form of which the file is yet to come. */
export interface UploadForm {
  readonly fields: ReadonlyMap<string, string>;
  /** To be read once, to its end. Fails with a `Refusal` if the file is too large, or the form is not well-formed. */
  readonly file: AsyncIterable<Uint8Array>;
}

type Events = AsyncGenerator<FormEvent, void, undefined>;

/** Runs `take` with the form in a body, as it comes. Rejects with a `Refusal` if the body is not such a form. */
export async function withUploadForm<T>(
  request: OriginRequest,
  fileBytes: number,
  take: (form: UploadForm) => Promise<T>,
): Promise<T> {
  const events = eventsOf(request, fileBytes + FORM_BYTES);
  try {
    return await take({ fields: await fieldsOf(events), file: fileOf(events, fileBytes) });
  } finally {
    await events.return();
  }
}

/** The refusal of an upload. The shape of errors is that of an object store. */
export function uploadRefusal(code: keyof typeof UPLOAD_ERRORS): Refusal {
  const [status, message] = UPLOAD_ERRORS[code];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Refusal({ status, contentType: 'application/xml', body });
}

async function* eventsOf(request: OriginRequest, maxBytes: number): Events {
  let size = 0;
  try {
    const reader = new MultipartReader(request.header('content-type'), MAX_FIELDS);
    for await (const chunk of request.stream ?? [request.body]) {
      size += chunk.length;
      if (size > maxBytes) throw uploadRefusal('EntityTooLarge');
      yield* reader.read(chunk);
    }
    reader.end();
  } catch (error) {
    throw error instanceof MalformedForm ? uploadRefusal('MalformedPOSTRequest') : error;
  }
}

// The fields before the file.
async function fieldsOf(events: Events): Promise<ReadonlyMap<string, string>> {
  const fields = new Map<string, string>();
  const decoder = new TextDecoder();
  let name: string | undefined;
  let text = '';
  let size = 0;
  // Not `for await`, which would close what the file is read from.
  for (let next = await events.next(); !next.done; next = await events.next()) {
    const { bytes, field } = next.value;
    if (bytes) {
      size += bytes.length;
      if (size > FORM_BYTES) break;
      text += decoder.decode(bytes, { stream: true });
      continue;
    }
    if (name !== undefined) fields.set(name, text + decoder.decode());
    if (field === 'file') return fields;
    name = field;
    text = '';
  }
  throw uploadRefusal('MalformedPOSTRequest');
}

// The file is the last field.
async function* fileOf(events: Events, fileBytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const { bytes } of events) {
    if (!bytes) throw uploadRefusal('MalformedPOSTRequest');
    size += bytes.length;
    if (size > fileBytes) throw uploadRefusal('EntityTooLarge');
    yield bytes;
  }
}
