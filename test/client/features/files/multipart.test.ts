import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../../../../src/client/features/files/bytes.ts';
import { multipart } from '../../../../src/client/features/files/multipart.ts';
import { rejection } from '../../../support/unit-client.ts';

const ignore = () => undefined;
const boundary = 'timetoken-boundary';

async function parsed(body: { stream(): ReadableStream<Uint8Array> }) {
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
  // The chunks are what `fetch` takes; their declared type is wider.
  return [...(await new Response(body.stream() as BodyInit, { headers }).formData())];
}

describe('multipart()', () => {
  it('makes a form that has its fields in order and the file last, whatever they hold', async () => {
    const text = fc
      .string({ unit: 'binary' })
      .filter((value) => value.isWellFormed() && !/[\r\n\0]/.test(value));
    const key = fc.stringMatching(/^[\w "-]{1,12}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ key, value: text })),
        fc.uint8Array(),
        fc.boolean(),
        async (fields, data, asStream) => {
          const pieces = (async function* () {
            for (const byte of data) yield Uint8Array.of(byte);
          })();
          const bytes = await bytesOf(asStream ? pieces : data, data.length);
          const body = multipart(
            { fields, boundary },
            { name: 'a "b".txt', type: 'text/plain', bytes },
            ignore,
          );
          const form = await parsed(body);
          const file = form.pop();
          expect(form).toEqual(fields.map((field) => [field.key, field.value]));
          expect(file?.[0]).toBe('file');
          const sent = file?.[1];
          if (!(sent instanceof File)) throw new Error('it has no name');
          expect([sent.name, sent.type, sent.size]).toEqual(['a "b".txt', 'text/plain', data.length]);
          expect(new Uint8Array(await sent.arrayBuffer())).toEqual(new Uint8Array(data));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('knows its size before it is read', async () => {
    const data = new TextEncoder().encode('Knights who say Ni!');
    const pieces = (async function* () {
      yield data;
    })();
    for (const bytes of [await bytesOf(data, undefined), await bytesOf(pieces, data.length)]) {
      const body = multipart(
        { fields: [{ key: 'ü', value: '€' }], boundary },
        { name: 'é', type: 'a/b', bytes },
        ignore,
      );
      expect(body.size).toBe((await new Response(body.stream() as BodyInit).arrayBuffer()).byteLength);
    }
  });

  it.each([
    ['a"\r\nx: y\r\n\r\n', 'a%22%0D%0Ax: y%0D%0A%0D%0A'],
    ["it's (1).txt", "it's (1).txt"],
  ])('lets no name add to the headers of its part: %j', async (name, written) => {
    const body = multipart({ fields: [], boundary }, { name, type: 'a/b', bytes: new Blob([]) }, ignore);
    expect(await new Response(body.stream() as BodyInit).text()).toBe(
      `--${boundary}\r\ncontent-disposition: form-data; name="file"; filename="${written}"\r\ncontent-type: a/b\r\n\r\n\r\n--${boundary}--\r\n`,
    );
  });

  it('tells why its file could not be read', async () => {
    const failure = new Error('the disk is gone');
    const pieces = (async function* () {
      yield Uint8Array.of(1);
      throw failure;
    })();
    const heard: unknown[] = [];
    const bytes = await bytesOf(pieces, 2);
    const body = multipart({ fields: [], boundary }, { name: 'a', type: 'a/b', bytes }, (error) =>
      heard.push(error),
    );
    const error = await rejection(new Response(body.stream() as BodyInit).text());
    expect(error).toMatchObject({ code: 'PN-1002', cause: failure });
    expect(heard).toEqual([error]);
  });
});
