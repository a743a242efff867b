import { HttpResponse, http } from 'msw';
import { setupServer } from 'msw/node';
import { PubNub, type PubNubOptions } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createTestNetwork } from 'timetoken/testing';
import { handlers } from 'timetoken/testing/msw';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { rejection } from '../support/unit-client.ts';

// A host that does not exist: what msw does not catch cannot be answered.
const ORIGIN = 'https://pubsub.invalid';
const server = setupServer();

beforeAll(() => server.listen({ onUnhandledFrame: 'error' }));
afterEach(() => server.resetHandlers());
afterAll(() => server.close());

const WAYS: readonly (readonly [string, () => Partial<PubNubOptions>])[] = [
  ['the default transport', () => ({})],
  ['nodeTransport()', () => ({ transport: nodeTransport() })],
];

describe.each(WAYS)('msw sees %s', (_name, way) => {
  const open = () =>
    new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: ORIGIN, ...way() });

  it('and answers its requests', async () => {
    const seen: string[] = [];
    server.use(
      http.get(`${ORIGIN}/publish/*`, ({ request }) => {
        seen.push(`${request.method} ${new URL(request.url).pathname}`);
        return HttpResponse.text('[1,"Sent","17183967137027575"]');
      }),
      http.post(`${ORIGIN}/publish/*`, async ({ request }) => {
        seen.push(`${request.method} ${await request.text()}`);
        return HttpResponse.text('[1,"Sent","17183967137027576"]');
      }),
    );
    await using pubnub = open();
    const builder = pubnub.publish().channel('a b/c').message({ x: 'é' });
    expect(await builder.execute()).toEqual({ timetoken: '17183967137027575' });
    expect(await builder.usePost(true).execute()).toEqual({ timetoken: '17183967137027576' });
    expect(seen).toEqual([
      'GET /publish/demo/demo/0/a%20b%2Fc/0/%7B%22x%22%3A%22%C3%A9%22%7D',
      'POST {"x":"é"}',
    ]);
  });

  it('and its errors are errors', async () => {
    server.use(
      http.get(`${ORIGIN}/publish/*`, () =>
        HttpResponse.json(
          { message: 'Forbidden', error: true, service: 'Access Manager', status: 403 },
          { status: 403 },
        ),
      ),
    );
    await using pubnub = open();
    expect(await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute())).toMatchObject({
      ...{ code: 'PN-3002', statusCode: 403, delivery: 'rejected' },
    });
    server.use(http.get(`${ORIGIN}/publish/*`, () => HttpResponse.error()));
    expect(await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute())).toMatchObject({
      ...{ code: 'PN-2001', delivery: 'unknown' },
    });
  });

  it('and an origin behind it serves a whole subscription', async () => {
    const network = createTestNetwork({ origins: [ORIGIN] });
    server.use(...handlers(network));
    const pubnub = open();
    const messages: unknown[] = [];
    pubnub.on('message', ({ message }) => messages.push(message));
    await pubnub.subscribe().channels('a,b'.split(',')).execute().connected();
    await pubnub.publish({ channel: 'a', message: 'one' }).execute();
    await pubnub.publish({ channel: 'b', message: 'two' }).execute();
    await network.idle();
    expect(messages).toEqual(['one', 'two']);
    await pubnub.close();
    await network.close();
  });

  it('and refuses what nobody handles, without a name server', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await using pubnub = open();
    const error = await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute());
    expect(error).toMatchObject({ code: 'PN-2001' });
    expect(JSON.stringify(error)).not.toContain('ENOTFOUND');
    expect(printed).toHaveBeenCalledOnce();
  });
});
