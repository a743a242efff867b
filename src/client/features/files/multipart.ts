import type { BodyBytes } from '../../request/transport.ts';
import { type Pieces, streamOf } from './bytes.ts';

/** A field of the form that goes before a file. */
export interface FormField {
  readonly key: string;
  readonly value: string;
}

/** The file of a form. */
export interface FormFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Blob | Pieces;
}

/**
 * A `multipart/form-data` body: the fields in their order, the file last, as object stores want it. `failed` hears why
 * the file could not be read to its end.
 */
export function multipart(
  { fields, boundary }: { readonly fields: readonly FormField[]; readonly boundary: string },
  file: FormFile,
  failed: (error: unknown) => void,
): BodyBytes {
  const head = fields.map(({ key, value }) => `${part(boundary, key)}\r\n\r\n${value}\r\n`).join('');
  const last = `${part(boundary, 'file')}; filename="${escaped(file.name)}"\r\ncontent-type: ${file.type}\r\n\r\n`;
  const before = new TextEncoder().encode(head + last);
  const after = new TextEncoder().encode(`\r\n--${boundary}--\r\n`);
  const { bytes } = file;
  if (bytes instanceof Blob) return new Blob([before, bytes, after]);
  async function* all({ pieces }: Pieces) {
    yield before;
    try {
      yield* pieces;
    } catch (error) {
      failed(error);
      throw error;
    }
    yield after;
  }
  return { size: before.length + bytes.size + after.length, stream: () => streamOf(all(bytes)) };
}

function part(boundary: string, name: string): string {
  return `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(name)}"`;
}

// As browsers escape names.
function escaped(name: string): string {
  return name.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
