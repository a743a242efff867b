import { PubNub } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { settingsFrom } from '../../../src/client/config/settings.ts';
import { heartbeat, leave } from '../../../src/client/presence/endpoints.ts';
import { Executor } from '../../../src/client/request/execute.ts';
import { VERSION } from '../../../src/version.ts';
import { lineOf, rejection, scriptedClient } from '../../support/unit-client.ts';

type Client = ReturnType<typeof scriptedClient>['pubnub'];
type Call = (pubnub: Client) => { execute(): Promise<unknown> };

interface Fact {
  readonly name: string;
  readonly call: Call;
  readonly line: string;
  readonly answer: string;
  readonly result: unknown;
}

const sent = (timetoken: string) => `[1,"Sent","${timetoken}"]`;

const FACTS: readonly Fact[] = [
  {
    name: '7a: publish that is stored for a day',
    call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hey' }).shouldStore(true).ttl(24),
    line: 'GET /publish/P/S/0/ch1/0/%22hey%22?store=1&ttl=24',
    answer: sent('1'),
    result: { timetoken: '1' },
  },
  {
    name: '9a: replication, which is the default, is not mentioned',
    call: (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hi' }).replicate(true),
    line: 'GET /publish/P/S/0/ch1/0/%22hi%22',
    answer: sent('1'),
    result: { timetoken: '1' },
  },
  {
    name: '17a: signal with a custom type',
    call: (pubnub) => pubnub.signal({ channel: 'a', message: 1, customMessageType: 'typing' }),
    line: 'GET /signal/P/S/0/a/0/1?custom_message_type=typing',
    answer: sent('1'),
    result: { timetoken: '1' },
  },
];

const hey: Call = (pubnub) => pubnub.publish({ channel: 'ch1', message: 'hey' });

const KEYS = { publishKey: 'P', subscribeKey: 'S', userId: "my id#1/'x" };

/** The address without what every request carries. */
function lineWithout(url: string, method: 'GET' | 'POST' | 'PATCH' | 'DELETE'): string {
  const { path } = lineOf({ method, url });
  const own = (url.split('?')[1] ?? '').split('&').filter((pair) => !/^(uuid|pnsdk|auth)=/.test(pair));
  return `${method} ${path}${own.length > 0 ? `?${own.join('&')}` : ''}`;
}

describe('the wire', () => {
  it.each(FACTS)('fact $name', async ({ call, line, answer, result }) => {
    const { pubnub, requests } = scriptedClient([{ body: answer }], KEYS);
    expect(await call(pubnub).execute()).toEqual(result);
    expect(requests.map(({ url, method }) => lineWithout(url, method))).toEqual([line]);
  });

  it('tells the user and the version in every request, and the token but for time()', async () => {
    const { pubnub, requests } = scriptedClient([{ body: sent('1') }, { body: '[1]' }], {
      ...KEYS,
      token: 'a/b=',
    });
    await hey(pubnub).execute();
    await pubnub.time().execute();
    const common = { uuid: 'my%20id%231%2F%27x', pnsdk: `Timetoken%2F${VERSION}` };
    expect(lineOf(requests[0]).query).toEqual({ ...common, auth: 'a%2Fb%3D' });
    expect(lineOf(requests[1]).query).toEqual(common);
  });

  it.each([
    '[1,"Sent"]',
    '[1,"Sent",14820999390622229]',
    '[1,"Sent","soon"]',
    '{"timetoken":"1"}',
    '[]',
    'null',
    '"x"',
  ])('refuses another answer to a publish: %s', async (body) => {
    const { pubnub } = scriptedClient([{ body }]);
    expect(await rejection(hey(pubnub).execute())).toMatchObject({ code: 'PN-4001', statusCode: 200 });
  });

  it.each(['[]', '[1,2]', '["soon"]', '[1.5]', '[-1]', '[12345678901234567890]', '{}', '[null]'])(
    'refuses another answer to time(): %s',
    async (body) => {
      const { pubnub, clock } = scriptedClient([{ body }]);
      const error = rejection(pubnub.time().execute());
      await clock.advance(60_000);
      expect(await error).toMatchObject({ code: 'PN-4001', operation: 'PNTimeOperation' });
    },
  );

  it.each([' [ 14818963707386265 ]\n', '["14818963707386265"]'])('reads time() as %j', async (body) => {
    const { pubnub } = scriptedClient([{ body }]);
    expect(await pubnub.time().execute()).toEqual({ timetoken: '14818963707386265' });
  });
});

describe('presence on the wire', () => {
  function run(answer: string) {
    const urls: string[] = [];
    const transport = async ({ url }: { readonly url: string }) => {
      urls.push(url);
      return { status: 200, headers: { get: () => null }, body: answer };
    };
    const options = { ...KEYS, origin: 'localhost', transport, useRequestId: false };
    return { urls, executor: new Executor(settingsFrom(options, PubNub.features)) };
  }

  it('fact 31: heartbeat', async () => {
    const { executor, urls } = run('{"status": 200, "message": "OK", "service": "Presence"}');
    await executor.call(heartbeat, { channels: ['test-state-asyncio-ch'], presenceTimeout: 12 });
    await executor.call(heartbeat, {
      channels: ['b', 'a c'],
      channelGroups: ['g', 'h'],
      state: '{"b":{"x":1}}',
    });
    expect(urls.map((url) => lineWithout(url, 'GET'))).toEqual([
      'GET /v2/presence/sub-key/S/channel/test-state-asyncio-ch/heartbeat?heartbeat=12',
      'GET /v2/presence/sub-key/S/channel/b,a%20c/heartbeat?channel-group=g%2Ch&state=%7B%22b%22%3A%7B%22x%22%3A1%7D%7D',
    ]);
  });

  it('fact 32: leave of groups only', async () => {
    const { executor, urls } = run(
      '{"status": 200, "action": "leave", "message": "OK", "service": "Presence"}',
    );
    await executor.call(leave, { channelGroups: ['g'] });
    expect(urls.map((url) => lineWithout(url, 'GET'))).toEqual([
      'GET /v2/presence/sub-key/S/channel/,/leave?channel-group=g',
    ]);
  });

  it('refuses an answer without a status', async () => {
    const { executor } = run('{"message":"OK"}');
    const call = executor.call(leave, { channels: ['a'] }, { signal: AbortSignal.abort() });
    expect(await rejection(call)).toMatchObject({ code: 'PN-2003', operation: 'PNUnsubscribeOperation' });
    expect(() => leave.parse({ body: { message: 'OK' }, text: '', status: 200 })).toThrow(TypeError);
    expect(() => heartbeat.parse({ body: [], text: '', status: 200 })).toThrow(TypeError);
  });
});
