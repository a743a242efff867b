import { expect, test } from 'vitest';
import { createOrigin, type OriginRequest } from '../../src/origin/index.ts';
import { originNetwork } from '../support/origin-network.ts';

// As a program without types hands them over.
const handed = (value: unknown) => value as OriginRequest;

test.each([
  ['null', null],
  ['nothing', undefined],
  ['an empty object', {}],
  ['an object without a target', { method: 'GET' }],
  ['an object without headers', { method: 'GET', target: '/time/0', body: new Uint8Array() }],
  ['an object without a body', { method: 'GET', target: '/time/0', header: () => undefined }],
])('%s is no request, and answered with 400', async (_, value) => {
  await using origin = createOrigin();
  expect((await origin.handle(handed(value))).status).toBe(400);
  const statuses: number[] = [];
  const reply = { send: ({ status }: { status: number }) => statuses.push(status), hold: () => undefined };
  expect(origin.handle(handed(value), reply)).toBeUndefined();
  expect(statuses).toEqual([400]);
});

test('a closed origin answers with 503, and to its health with what it was', async () => {
  const { origin, send } = originNetwork();
  expect((await send('/time/0')).status).toBe(200);
  await origin.close();
  expect(await send('/time/0')).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  expect((await send('/v2/subscribe/demo/a/0')).status).toBe(503);
  expect((await send('/healthz')).status).toBe(200);
});
