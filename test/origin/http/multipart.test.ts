import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MalformedForm, MultipartReader } from '../../../src/origin/http/multipart.ts';

const encode = (text: string) => new TextEncoder().encode(text);
const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1');

/** The fields of a body that comes in pieces of these sizes, and then the rest at once; `undefined` if it is no form. */
function read(
  body: string | Uint8Array,
  type = 'multipart/form-data; boundary=b',
  most = 10,
  sizes: readonly number[] = [],
) {
  const fields: { name: string; chunks: Uint8Array[] }[] = [];
  try {
    const reader = new MultipartReader(type, most);
    for (const piece of pieces(typeof body === 'string' ? encode(body) : body, sizes)) {
      for (const { field, bytes } of reader.read(piece)) {
        if (bytes) fields.at(-1)?.chunks.push(Uint8Array.from(bytes));
        else fields.push({ name: field, chunks: [] });
      }
      // It belongs to the caller again.
      piece.fill(0);
    }
    reader.end();
  } catch (error) {
    if (error instanceof MalformedForm) return;
    throw error;
  }
  return fields.map(({ name, chunks }) => [name, latin1(Buffer.concat(chunks))]);
}

function* pieces(body: Uint8Array, sizes: readonly number[]) {
  let at = 0;
  for (const size of sizes) {
    yield new Uint8Array(body.subarray(at, at + size));
    at += size;
  }
  yield new Uint8Array(body.subarray(at));
}

const field = (header: string, value = 'v') => `--b\r\n${header}\r\n\r\n${value}\r\n--b--\r\n`;
const named = (parameters: string) => field(`Content-Disposition: form-data; ${parameters}`);

describe('a form', () => {
  test.each([
    ['a plain one', 'multipart/form-data; boundary=b'],
    ['one in quotes', 'multipart/form-data; boundary="b"'],
    ['one beside other parameters', 'Multipart/Form-Data ; charset=utf-8; Boundary=b ; x="a;b=c"'],
  ])('has its boundary from %s', (_, type) => {
    expect(read(named('name="a"'), type)).toEqual([['a', 'v']]);
  });

  test('may have a boundary of seventy characters with blanks within', () => {
    const boundary = `${"'()+_,-./:=? x".repeat(5).slice(0, 69)}x`;
    const body = named('name="a"').replaceAll('--b', `--${boundary}`);
    expect(read(body, `multipart/form-data; boundary="${boundary}"`)).toEqual([['a', 'v']]);
    expect(read(body, `multipart/form-data; boundary="${boundary}x"`)).toBeUndefined();
  });

  test.each([
    ['a token', 'name=a', 'a'],
    ['quotes', 'name="a b"', 'a b'],
    ['nothing', 'name=""', ''],
    ['any case', 'NAME="a"', 'a'],
    ['the end', 'filename="x"; name="a"', 'a'],
    ['quotes that a browser has encoded', 'name="a"; filename="%22; name=%22b.txt"', 'a'],
    ['quotes behind backslashes', 'name="a"; filename="\\"; name=\\"b\\".txt"', 'a'],
    ['a backslash at the end, as browsers write it', 'name="a"; filename="C:\\"', 'a'],
    ['a name in two spellings', 'name="a"; filename="_.txt"; filename*=UTF-8\'\'%e2%82%ac%20b.txt', 'a'],
    ['bytes that are no ASCII', 'name="a"; filename="ü 😀.txt"', 'a'],
    ['semicolons', 'name="a;b"; filename=";name=c;"', 'a;b'],
  ])('has the name of a field from %s', (_, parameters, name) => {
    expect(read(named(parameters))).toEqual([[name, 'v']]);
  });

  test('has other headers, in any order and case', () => {
    const headers =
      'Content-Type: application/octet-stream\r\ncontent-disposition:form-data; name="a"\r\nX: y';
    expect(read(field(headers))).toEqual([['a', 'v']]);
  });

  test('may be surrounded by what does not count', () => {
    const body = `before\r\n--b \t\r\nContent-Disposition: form-data; name="a"\r\n\r\nv\r\n--b-- \r\nafter`;
    expect(read(body)).toEqual([['a', 'v']]);
  });

  test('keeps what only looks like the end of a field', () => {
    const value = '\r\n--\r\n--bb\r\n--b-\r\n--b--x\r\n-b--\r\r\n\n--b--\r';
    expect(read(field('Content-Disposition: form-data; name="a"', value))).toEqual([['a', value]]);
  });

  test('may have no fields', () => {
    expect(read('--b--')).toEqual([]);
  });

  test.each([
    ['another type', named('name="a"'), 'application/x-www-form-urlencoded; boundary=b'],
    ['a type that only begins alike', named('name="a"'), 'multipart/form-data-x; boundary=b'],
    ['no type', named('name="a"'), ''],
    ['no boundary', named('name="a"'), 'multipart/form-data'],
    ['an empty boundary', named('name="a"'), 'multipart/form-data; boundary='],
    ['another boundary', named('name="a"'), 'multipart/form-data; boundary=c'],
    ['a boundary with a blank at the end', named('name="a"'), 'multipart/form-data; boundary="b "'],
    ['quotes that do not end', named('name="a"'), 'multipart/form-data; boundary="b'],
    ['no end', named('name="a"').slice(0, -6)],
    ['half an end', named('name="a"').slice(0, -3)],
    ['nothing at all', ''],
    ['bare line feeds', named('name="a"').replaceAll('\r\n', '\n')],
    ['a field without headers', '--b\r\n\r\nv\r\n--b--'],
    ['a field without a name', named('filename="a"')],
    ['a field of another kind', field('Content-Disposition: attachment; name="a"')],
    ['a field without a value', '--b\r\nContent-Disposition: form-data; name="a"\r\n--b--'],
    ['headers that do not end', named(`name="a"; x="${'x'.repeat(9_000)}"`)],
    ['parameters that cannot be', named('name="a"; =; "')],
  ])('is none with %s', (_, body, type?: string) => {
    expect(read(body, type)).toBeUndefined();
  });

  test('is none with more fields than allowed', () => {
    const body = named('name="a"').replace(
      '--b--',
      '--b\r\nContent-Disposition: form-data; name="c"\r\n\r\n\r\n--b--',
    );
    expect(read(body)).toHaveLength(2);
    expect(read(body, undefined, 2)).toHaveLength(2);
    expect(read(body, undefined, 1)).toBeUndefined();
  });
});

const nasty = fc.array(
  fc.oneof(
    fc
      .constantFrom('\r', '\n', '\r\n', '--', '--b', '\r\n--b', '\r\n--b-', 'b', '"', '\0', '\xff')
      .map((text) => Buffer.from(text, 'latin1')),
    fc.uint8Array({ maxLength: 10 }),
  ),
  { maxLength: 30 },
);

test('any bytes come through as they are', () => {
  const boundary = 'b-b';
  fc.assert(
    fc.property(fc.array(nasty, { maxLength: 5 }), (fields) => {
      const values = fields
        .map((chunks) => Buffer.concat(chunks))
        .filter((value) => !value.includes(boundary));
      const head = (index: number) =>
        encode(`--${boundary}\r\nContent-Disposition: form-data; name="${index}"\r\n\r\n`);
      const lines = values.flatMap((value, index) => [head(index), value, encode('\r\n')]);
      const body = Buffer.concat([...lines, encode(`--${boundary}--`)]);
      const parsed = read(body, `multipart/form-data; boundary=${boundary}`);
      expect(parsed).toEqual(values.map((value, index) => [`${index}`, latin1(value)]));
    }),
    { numRuns: 300 },
  );
});

test('the platform’s own forms are read, whatever their names and bytes', async () => {
  await fc.assert(
    fc.asyncProperty(nasty, fc.string({ unit: 'binary' }), async (chunks, fileName) => {
      const bytes = Buffer.concat(chunks);
      const form = new FormData();
      form.append('key', 'a/b');
      form.append('file', new Blob([bytes]), fileName);
      const request = new Request('http://x/', { method: 'POST', body: form });
      const body = new Uint8Array(await request.arrayBuffer());
      expect(read(body, request.headers.get('content-type') ?? '')).toEqual([
        ['key', 'a/b'],
        ['file', latin1(bytes)],
      ]);
    }),
    { numRuns: 100 },
  );
});

test('no bytes make it throw, and a prefix of a form is never one', () => {
  const whole = named('name="a"').trimEnd();
  fc.assert(
    fc.property(nasty, fc.nat(whole.length - 1), fc.string({ unit: 'binary' }), (chunks, cut, type) => {
      expect(() => read(Buffer.concat(chunks))).not.toThrow();
      expect(() => read(whole, type)).not.toThrow();
      expect(() => read(Buffer.concat([encode('--b\r\n'), ...chunks, encode('\r\n--b--')]))).not.toThrow();
      expect(read(whole.slice(0, cut))).toBeUndefined();
    }),
    { numRuns: 300 },
  );
});

const bodies = fc.oneof(
  nasty.map((chunks) => Buffer.concat(chunks)),
  // Mostly a form, with what looks like its parts strewn in.
  fc
    .array(
      fc.constantFrom(
        '--b\r\n',
        '\r\n--b\r\n',
        '\r\n--b \t\r\n',
        '\r\n--b--',
        '\r\n--b--\r\n',
        '\r\n--b-',
        '\r\n--b--- \r\n',
        'Content-Disposition: form-data; name="a"',
        'Content-Disposition: form-data; name="a"\r\n\r\n',
        '\r\n\r\n',
        '\r\n',
        '\r',
        'x',
      ),
      { maxLength: 12 },
    )
    .map((texts) => encode(texts.join(''))),
  fc
    .tuple(nasty, nasty)
    .map(([one, other]) =>
      Buffer.concat([
        encode('--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n'),
        ...one,
        encode('\r\n--b\r\nContent-Disposition: form-data; name="c"\r\n\r\n'),
        ...other,
        encode('\r\n--b--\r\n'),
      ]),
    ),
);

test('the pieces in which a body comes make no difference', () => {
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(40), { maxLength: 30 }), (body, sizes) => {
      const whole = read(body);
      expect(read(body, undefined, undefined, sizes)).toEqual(whole);
      expect(read(body, undefined, undefined, Array(body.length).fill(1))).toEqual(whole);
    }),
    { numRuns: 1_000 },
  );
});

test('a body may be cut in two anywhere', () => {
  const body = `before\r\n--b \r\nX: y\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n--b-\r\n--bb\r\n--b\r\nContent-Disposition: form-data; name="c"\r\n\r\n\r\n--b-- \t\r\nafter`;
  const fields = [
    ['a', '\r\n--b-\r\n--bb'],
    ['c', ''],
  ];
  for (let at = 0; at <= body.length; at++) expect(read(body, undefined, 2, [at])).toEqual(fields);
});

describe('a reader holds little', () => {
  const largest = (pieceOf: (index: number) => string) => {
    const reader = new MultipartReader('multipart/form-data; boundary=b', 10);
    let unread = 0;
    let most = 0;
    const head = '--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n';
    reader.read(encode(head));
    for (let index = 0; index < 2_000; index++) {
      const piece = encode(pieceOf(index));
      unread += piece.length;
      for (const { bytes } of reader.read(piece)) unread -= bytes?.length ?? 0;
      most = Math.max(most, unread);
    }
    return most;
  };

  test.each([
    [
      'of a line of blanks behind a delimiter',
      (index: number) => (index === 0 ? '\r\n--b' : ' '.repeat(100)),
    ],
    ['of beginnings of a delimiter', () => '\r\n-\r\n--\r\n'],
    ['of plain bytes', () => 'x'.repeat(1_000)],
  ])('%s', (_, pieceOf) => {
    expect(largest(pieceOf)).toBeLessThan(1_200);
  });

  test('of a header, which it refuses when it is long', () => {
    const reader = new MultipartReader('multipart/form-data; boundary=b', 10);
    reader.read(encode('--b\r\n'));
    const feed = () => {
      for (let size = 0; size < 10_000; size += 100) reader.read(encode('x'.repeat(100)));
    };
    expect(feed).toThrow(MalformedForm);
  });
});

test.each([
  ['carriage returns', '\r'],
  ['beginnings of the end', '\r\n--bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'],
  ['delimiters that go on', `\r\n--${'b'.repeat(70)}${' '.repeat(99)}x`],
])('five million bytes of %s are read in time', (_, piece) => {
  const boundary = 'b'.repeat(70);
  const file = piece.repeat(5_000_000 / piece.length);
  const body = `--${boundary}\r\nContent-Disposition: form-data; name="file"\r\n\r\n${file}x\r\n--${boundary}--`;
  for (const size of [64 * 1024, 5_000, 10_000_000]) {
    const sizes = Array(Math.ceil(body.length / size)).fill(size);
    const [field] = read(body, `multipart/form-data; boundary=${boundary}`, 10, sizes) ?? [];
    expect(field?.[1]?.length).toBe(file.length + 1);
  }
});
