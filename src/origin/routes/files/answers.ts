import { type Answer, json } from '../../http/answer.ts';
import { Refusal } from '../../http/refusals.ts';
import type { FileExcess } from '../../store/files.ts';

/** The content type of the files service. */
const APPLICATION_JSON = 'application/json';

const EXCESSES: Readonly<Record<FileExcess, string>> = {
  uploads: 'Too many files are announced and not sent yet',
  files: 'There are as many files as the origin keeps',
  bytes: 'There are as many bytes in files as the origin keeps',
};

/** What can go wrong with an upload: status, and what the message says. */
const BUCKET = {
  MalformedPOSTRequest: [
    400,
    'The body is not well-formed multipart/form-data with a file as its last field.',
  ],
  AccessDenied: [403, 'Nobody has announced this file, or its form has expired.'],
  EntityTooLarge: [400, 'The file is larger than allowed.'],
  QuotaExceeded: [403, EXCESSES.bytes],
} as const;

/** A good answer of the files service. */
export function filesAnswer(members: object): Answer {
  return { ...json(200, { status: 200, ...members }), contentType: APPLICATION_JSON };
}

/** The files service's shape of an error. */
export function filesRefusal(status: number, message: string, code?: number): Refusal {
  const error = { message, source: 'Files', ...(code !== undefined && { code }) };
  return new Refusal({ ...json(status, { status, error }), contentType: APPLICATION_JSON });
}

/** Throws the `Refusal` of a file that was not announced. */
export function refuseExcess(excess: FileExcess | undefined): void {
  if (excess) throw filesRefusal(429, EXCESSES[excess]);
}

/** The object store's shape of an error. */
export function bucketRefusal(code: keyof typeof BUCKET): Refusal {
  const [status, message] = BUCKET[code];
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return new Refusal({ status, contentType: 'application/xml', body });
}

/** A moment as the files service writes it: without milliseconds. */
export function isoSeconds(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}
