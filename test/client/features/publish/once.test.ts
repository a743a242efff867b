import { PubNubError, type PubNubOptions } from 'timetoken';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  fails,
  hangs,
  lineOf,
  networkError,
  rejection,
  SENT,
  type Step,
  scriptedClient,
} from '../../../support/unit-client.ts';

const TT = '16000000000000001';
const BUSY: Answer = { status: 503, body: '{"status":503,"error":true,"message":"later"}' };
const LOST = fails(networkError('ECONNRESET'));
const REFUSED = fails(networkError('ECONNREFUSED'));

const metaOf = (request: Parameters<typeof lineOf>[0]): unknown => {
  const { meta } = lineOf(request).query;
  return meta === undefined ? undefined : JSON.parse(decodeURIComponent(meta));
};

describe('a publish with an id', () => {
  test.each([
    ['no meta', undefined, { tt_id: 'order-17' }],
    ['a meta that is null', null, { tt_id: 'order-17' }],
    ['an object', { lang: 'en' }, { lang: 'en', tt_id: 'order-17' }],
    ['the same id in meta', { tt_id: 'order-17', a: 1 }, { tt_id: 'order-17', a: 1 }],
  ])('carries it in meta beside %s, and tells it', async (_, meta, sent) => {
    const { pubnub, requests, close } = scriptedClient();
    const call = pubnub.publish().channel('a').message(1).id('order-17');
    const result = await (meta === undefined ? call : call.meta(meta)).execute();
    expect(result).toEqual({ timetoken: TT, id: 'order-17' });
    expect(metaOf(requests[0])).toEqual(sent);
    await close();
  });

  test('tells a duplicate where the server does', async () => {
    const { pubnub, close } = scriptedClient([{ body: `[1,"Sent","${TT}",{"duplicate":true}]` }]);
    const result = await pubnub.publish({ channel: 'a', message: 1, id: 'x' }).execute();
    expect(result).toEqual({ timetoken: TT, id: 'x', isDuplicate: true });
    expect(await pubnub.publish({ channel: 'a', message: 1 }).execute()).toEqual({ timetoken: TT });
    await close();
  });

  test('takes a tt_id of the program in meta for an id', async () => {
    const { pubnub, clock, requests, close } = scriptedClient([LOST, SENT]);
    const result = pubnub.publish({ channel: 'a', message: 1, meta: { tt_id: 'mine' } }).execute();
    await clock.advance(10_000);
    expect(await result).toEqual({ timetoken: TT, id: 'mine' });
    expect(requests.map(metaOf)).toEqual([{ tt_id: 'mine' }, { tt_id: 'mine' }]);
    await close();
  });

  test.each([
    ['a text', 'en'],
    ['a number', 7],
    ['a list', ['en']],
    ['another tt_id', { tt_id: 'other' }],
    ['a tt_id that is no text', { tt_id: 7 }],
  ])('is refused with a meta that is or has %s', async (_, meta) => {
    const { pubnub, requests, close } = scriptedClient();
    const error = await rejection(pubnub.publish({ channel: 'a', message: 1, meta, id: 'x' }).execute());
    expect(error).toMatchObject({ code: 'PN-1002', delivery: 'not-sent' });
    expect(String(error)).toMatch(/the id travels/);
    expect(requests).toEqual([]);
    await close();
  });

  test.each([[''], ['x'.repeat(129)], ['\ud800'], [7]])('refuses the id %j', async (id) => {
    const { pubnub, close } = scriptedClient();
    const given = { channel: 'a', message: 1, id: id as string };
    expect(await rejection(pubnub.publish(given).execute())).toMatchObject({ code: 'PN-1002' });
    await close();
  });

  test.each([
    ['128 characters', '\u{1f600}'.repeat(64)],
    ['one', 'x'],
    ['what looks like an address', 'https://shop.example/order/17?x=1'],
  ])('takes an id of %s', async (_, id) => {
    const { pubnub, clock, close } = scriptedClient([BUSY]);
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1, id }).execute());
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ publishId: id });
    await close();
  });
});

describe('its attempts', () => {
  test.each<[string, Step]>([
    ['a lost answer', LOST],
    ['a 503', BUSY],
    ['an answer that is none of the protocol', { body: '<html>' }],
    ['a request that was not sent', REFUSED],
  ])('are repeated after %s, three times', async (_, step) => {
    const { pubnub, clock, requests, close } = scriptedClient([step, step, step, SENT]);
    const sent = pubnub.publish({ channel: 'a', message: 1, id: 'x' }).execute();
    await clock.advance(30_000);
    expect(await sent).toEqual({ timetoken: TT, id: 'x' });
    expect(new Set(requests.map(({ url }) => url)).size).toBe(1);
    expect(requests).toHaveLength(4);
    await close();
  });

  test('are not repeated without an id, when one may have been taken', async () => {
    const { pubnub, clock, requests, close } = scriptedClient([LOST, SENT]);
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1 }).execute());
    await clock.advance(30_000);
    expect(await failed).toMatchObject({ delivery: 'unknown', publishId: undefined });
    expect(requests).toHaveLength(1);
    await close();
  });

  test.each<[string, Step[], string]>([
    ['unknown, if only the last was not sent', [LOST, REFUSED], 'unknown'],
    ['unknown, if only the last was refused', [LOST, { status: 403, body: '{}' }], 'unknown'],
    ['not-sent, if none was', [REFUSED], 'not-sent'],
    ['rejected, if it was', [{ status: 403, body: '{}' }], 'rejected'],
    ['rejected, if what was before was not sent', [REFUSED, { status: 403, body: '{}' }], 'rejected'],
  ])('fail as %s', async (_, steps, delivery) => {
    const { pubnub, clock, close } = scriptedClient(steps);
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1, id: 'x' }).execute());
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ delivery, publishId: 'x' });
    await close();
  });

  test('end as unknown once the id may be forgotten, where nothing can be looked up', async () => {
    const options = { transactionalRequestTimeout: 130 };
    const { pubnub, clock, requests, close } = scriptedClient([hangs, SENT], options);
    const given = { channel: 'a', message: 1, id: 'x', shouldStore: false };
    const failed = rejection(pubnub.publish(given).execute());
    await clock.advance(140_000);
    expect(await failed).toMatchObject({ code: 'PN-2002', delivery: 'unknown', publishId: 'x' });
    expect(requests).toHaveLength(1);
    await close();
  });

  test('must be answered while the id is remembered', async () => {
    const options = { transactionalRequestTimeout: 100 };
    const { pubnub, clock, requests, close } = scriptedClient([hangs, hangs, SENT], options);
    const started = clock.now();
    const given = { channel: 'a', message: 1, id: 'x', shouldStore: false };
    const failed = rejection(pubnub.publish(given).execute()).finally(() => {
      expect(clock.now() - started).toBeLessThan(135_000);
    });
    await clock.advance(300_000);
    expect(await failed).toMatchObject({ delivery: 'unknown' });
    expect(requests).toHaveLength(2);
    await close();
  });

  test('count the sleep of a machine', async () => {
    const { pubnub, clock, requests, close } = scriptedClient([LOST, SENT]);
    const given = { channel: 'a', message: 1, id: 'x', shouldStore: false };
    const failed = rejection(pubnub.publish(given).execute());
    await clock.advance(1);
    clock.jump(600_000);
    await clock.advance(30_000);
    expect(await failed).toMatchObject({ delivery: 'unknown' });
    expect(requests).toHaveLength(1);
    await close();
  });

  test('begin a new window if none so far was sent', async () => {
    const { pubnub, clock, requests, close } = scriptedClient([REFUSED, SENT]);
    const sent = pubnub.publish({ channel: 'a', message: 1, id: 'x', shouldStore: false }).execute();
    await clock.advance(1);
    clock.jump(600_000);
    await clock.advance(30_000);
    expect(await sent).toEqual({ timetoken: TT, id: 'x' });
    expect(requests).toHaveLength(2);
    await close();
  });
});

describe('the error of each', () => {
  const all = ['x', 'y', undefined, 'z'] as const;
  const HELD = () =>
    new PubNubError('PN-2001', 'The tunnel is down.', { delivery: 'not-sent', cause: new Error('mole') });
  const nobody = async () => {
    throw new Error('no token today');
  };

  test.each<[string, Step, Partial<PubNubOptions>, string]>([
    ['a transport that fails with one error for all', fails(HELD()), {}, 'PN-2001'],
    ['a transport that fails with a frozen error', fails(Object.freeze(HELD())), {}, 'PN-2001'],
    ['a provider without a token', SENT, { token: nobody }, 'PN-3009'],
    ['the end of the client', hangs, {}, 'PN-2004'],
  ])('has its own id after %s', async (_, step, options, code) => {
    const { pubnub, clock, close } = scriptedClient([step], options);
    const failed = all.map((id) =>
      rejection(pubnub.publish({ channel: 'a', message: 1, ...(id && { id }) }).execute()),
    );
    await clock.advance(code === 'PN-2004' ? 1 : 60_000);
    await close();
    const errors = await Promise.all(failed);
    expect(errors.map((error) => Object(error).publishId)).toEqual(all);
    for (const error of errors) {
      expect(error).toMatchObject({ code, name: 'PubNubError' });
      expect(PubNubError.is(error) && error instanceof PubNubError).toBe(true);
    }
  });

  test('is a copy that tells all that the error told, and another delivery where another attempt may have arrived', async () => {
    const held = Object.freeze(Object.assign(HELD(), { errorData: { mole: 1 }, statusCode: 599 }));
    const { pubnub, clock, close } = scriptedClient([LOST, fails(held)]);
    const failed = ['x', 'y'].map((id) =>
      rejection(pubnub.publish({ channel: 'a', message: 1, id }).execute()),
    );
    await clock.advance(60_000);
    const [first, second] = (await Promise.all(failed)).map(Object);
    expect([first.delivery, second.delivery]).toEqual(['unknown', 'not-sent']);
    const { message, stack, cause, errorData, statusCode, code, category, retryable } = held;
    for (const error of [first, second])
      expect(error).toMatchObject({
        ...{ message, stack, cause, errorData, statusCode, code, category, retryable },
      });
    expect(Object.keys(first).sort()).toEqual(Object.keys(held).sort());
    expect(held).toMatchObject({ delivery: 'not-sent', publishId: undefined });
    await close();
  });
});

describe('idempotentPublishing', () => {
  test('gives each call an id of its own, which its attempts share', async () => {
    const { pubnub, clock, requests, close } = scriptedClient([LOST, SENT, SENT], {
      idempotentPublishing: true,
    });
    const call = pubnub.publish({ channel: 'a', message: 1, meta: { a: 1 } });
    const first = call.execute();
    await clock.advance(10_000);
    const second = await call.execute();
    const ids = requests.map((request) => Reflect.get(Object(metaOf(request)), 'tt_id'));
    expect(ids).toEqual([(await first).id, (await first).id, second.id]);
    expect(new Set(ids).size).toBe(2);
    expect(metaOf(requests[0])).toMatchObject({ a: 1 });
    await close();
  });

  test('keeps an id that is given, and gives none to a fire or a signal', async () => {
    const { pubnub, requests, close } = scriptedClient([SENT], { idempotentPublishing: true });
    await pubnub.publish({ channel: 'a', message: 1, id: 'x' }).execute();
    await pubnub.fire({ channel: 'a', message: 1 }).execute();
    await pubnub.signal({ channel: 'a', message: 1 }).execute();
    expect(requests.map(metaOf)).toEqual([{ tt_id: 'x' }, undefined, undefined]);
    await close();
  });

  test('refuses a meta that has no room for an id', async () => {
    const { pubnub, close } = scriptedClient([SENT], { idempotentPublishing: true });
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1, meta: 'en' }).execute());
    expect(await failed).toMatchObject({ code: 'PN-1002' });
    await close();
  });
});
