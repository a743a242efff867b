import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Announced, filesNetwork, verdict, xml } from '../../support/origin-files.ts';

type Ticket = Announced['file_upload_request'];

const without = ({ form_fields, ...rest }: Ticket, key: string): Ticket => ({
  ...rest,
  form_fields: form_fields.filter((field) => field.key !== key),
});
const changed = ({ form_fields, ...rest }: Ticket, key: string, value: string): Ticket => ({
  ...rest,
  form_fields: form_fields.map((field) => (field.key === key ? { key, value } : field)),
});

describe('an upload', () => {
  test('is answered with 204 and nothing else', async () => {
    const { announced, post } = filesNetwork();
    const { file_upload_request } = await announced('a');
    expect(await verdict(await post(file_upload_request, 'x'))).toEqual([204, null, '']);
  });

  test('may be repeated, and the last one counts', async () => {
    const { announced, post, call } = filesNetwork();
    const { file_upload_request } = await announced('a');
    await post(file_upload_request, 'first');
    await post(file_upload_request, 'last one');
    expect(await (await call('/channels/a/files')).json()).toMatchObject({ count: 1, data: [{ size: 8 }] });
  });

  test('does not depend on fields that only have to be there', async () => {
    const { announced, post } = filesNetwork();
    const { file_upload_request } = await announced('a');
    const fewer = without(without(file_upload_request, 'tagging'), 'Content-Type');
    expect((await post(changed(file_upload_request, 'Content-Type', 'text/html'), 'x')).status).toBe(204);
    expect((await post(fewer, 'x')).status).toBe(204);
  });

  test.each<[string, (ticket: Ticket) => Ticket]>([
    ['without a key', (ticket) => without(ticket, 'key')],
    ['without a secret', (ticket) => without(ticket, 'Policy')],
    ['with another secret', (ticket) => changed(ticket, 'Policy', '0'.repeat(32))],
    ['for an unknown file', (ticket) => changed(ticket, 'key', 'demo/x/a')],
    ['for no file', (ticket) => changed(ticket, 'key', '')],
    ['under another subscribe key', (ticket) => ({ ...ticket, url: ticket.url.replace('demo', 'other') })],
  ])('%s is denied', async (_, change) => {
    const { announced, post, call } = filesNetwork();
    const { file_upload_request } = await announced('a');
    expect(await verdict(await post(change(file_upload_request), 'x'))).toEqual(xml(403, 'AccessDenied'));
    expect(await (await call('/channels/a/files')).json()).toMatchObject({ count: 0 });
  });

  test('for another file than the secret is denied', async () => {
    const { announced, post } = filesNetwork();
    const [one, other] = [await announced('a'), await announced('a')];
    const key = other.file_upload_request.form_fields.find((field) => field.key === 'key')?.value ?? '';
    const mixed = changed(one.file_upload_request, 'key', key);
    expect(await verdict(await post(mixed, 'x'))).toEqual(xml(403, 'AccessDenied'));
  });

  test('comes too late after a minute', async () => {
    const { clock, announced, post } = filesNetwork();
    const { file_upload_request } = await announced('a');
    await clock.advance(59_999);
    expect((await post(file_upload_request, 'x')).status).toBe(204);
    await clock.advance(1);
    expect(await verdict(await post(file_upload_request, 'x'))).toEqual(xml(403, 'AccessDenied'));
  });

  test('has the file as its last field', async () => {
    const { announced, fetch } = filesNetwork();
    const { url, form_fields } = (await announced('a')).file_upload_request;
    const form = new FormData();
    form.append('file', new Blob(['x']));
    for (const { key, value } of form_fields) form.append(key, value);
    expect(await verdict(await fetch(url, { method: 'POST', body: form }))).toEqual(
      xml(400, 'MalformedPOSTRequest'),
    );
  });

  test.each([
    ['nothing', undefined, undefined],
    ['no form', '{"name":"a"}', 'application/json'],
    ['a form of another type', 'key=1', 'application/x-www-form-urlencoded'],
    [
      'half a form',
      '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n',
      'multipart/form-data; boundary=b',
    ],
    ['a form without fields', '--b--', 'multipart/form-data; boundary=b'],
  ])('of %s is malformed', async (_, body, type) => {
    const { call } = filesNetwork();
    const headers = type === undefined ? {} : { 'content-type': type };
    const init = { method: 'POST', headers, ...(body !== undefined && { body }) };
    expect(await verdict(await call('/uploads', init))).toEqual(xml(400, 'MalformedPOSTRequest'));
  });

  test('of many fields is malformed', async () => {
    const { announced, post } = filesNetwork();
    const { form_fields, ...rest } = (await announced('a')).file_upload_request;
    const many = Array.from({ length: 40 }, (_, index) => ({ key: `x${index}`, value: '' }));
    const ticket = { ...rest, form_fields: [...form_fields, ...many] };
    expect(await verdict(await post(ticket, 'x'))).toEqual(xml(400, 'MalformedPOSTRequest'));
  });
});

const hostile = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc
    .array(
      fc.constantFrom(
        '--b',
        '\r\n',
        '--',
        'Content-Disposition: form-data; name="',
        'key',
        'file',
        '"',
        ';',
        '\0',
      ),
      {
        maxLength: 30,
      },
    )
    .map((pieces) => new TextEncoder().encode(pieces.join(''))),
);

test('no body and no type of it make an upload fail', async () => {
  const { call } = filesNetwork();
  await fc.assert(
    fc.asyncProperty(
      hostile,
      fc.constantFrom('multipart/form-data; boundary=b', 'multipart/form-data', 'x'),
      async (body, type) => {
        const init = { method: 'POST', body, headers: { 'content-type': type } };
        const [status, contentType, code] = await verdict(await call('/uploads', init));
        expect([400, 403]).toContain(status);
        expect([contentType, code]).toEqual([
          'application/xml',
          expect.stringMatching(/^(MalformedPOSTRequest|AccessDenied)$/),
        ]);
      },
    ),
    { numRuns: 300 },
  );
});

test('no body makes an announcement fail', async () => {
  const { call } = filesNetwork();
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.json(), fc.uint8Array({ maxLength: 50 })), async (body) => {
      const response = await call('/channels/a/generate-upload-url', { method: 'POST', body });
      expect([200, 400]).toContain(response.status);
    }),
    { numRuns: 300 },
  );
});
