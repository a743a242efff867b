import { describe, expect, it } from 'vitest';
import { hangs, lineOf, rejection, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const CURSOR = { body: '{"t":{"t":"17000000000000000","r":1},"m":[]}' };

describe('a builder', () => {
  it('never changes: two chains from one base know nothing of each other', async () => {
    const { pubnub, requests } = scriptedClient();
    const base = pubnub.publish().meta({ lang: 'en' }).ttl(1);
    const first = base.channel('a').message('one');
    const second = base.channel('b').message('two').ttl(2);
    await first.execute();
    await second.execute();
    await first.execute();
    expect(
      requests.map((request) => [lineOf(request).path.split('/')[5], lineOf(request).query['ttl']]),
    ).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['a', '1'],
    ]);
    // Without its types, as JavaScript would call it.
    const untyped = base as unknown as { execute(): Promise<unknown> };
    expect(await rejection(untyped.execute())).toMatchObject({ code: 'PN-1001' });
  });

  it('takes the last value of a setter that is called twice', async () => {
    const { pubnub, requests } = scriptedClient();
    await pubnub.publish({ channel: 'a', message: 1 }).channel('b').message(2).execute();
    expect(lineOf(requests[0]).path).toBe('/publish/demo/demo/0/b/0/2');
  });

  it('copies the object and the lists it starts from', async () => {
    const { pubnub, requests, close } = scriptedClient([CURSOR, hangs]);
    const channels = ['a'];
    const given = { channels, withPresence: false };
    const builder = pubnub.subscribe(given);
    channels.push('late');
    Object.assign(given, { channels: ['other'] });
    builder.execute();
    await settle();
    expect(lineOf(requests[0]).path).toBe('/v2/subscribe/demo/a/0');
    await close();
  });

  it('adds to lists: one name, several arguments, an array, call after call', async () => {
    const { pubnub, requests, close } = scriptedClient([CURSOR, hangs]);
    const base = pubnub.subscribe().channels('a');
    base.channels('never');
    base.channels('b', 'c').channels(['d'], 'e').channels(['f', 'a']).channelGroups('g').execute();
    await settle();
    expect(lineOf(requests[0])).toMatchObject({
      path: '/v2/subscribe/demo/a,b,c,d,e,f/0',
      query: { 'channel-group': 'g' },
    });
    await close();
  });

  it('adds to the lists of the object it started from', async () => {
    const { pubnub, requests, close } = scriptedClient([CURSOR, hangs]);
    const base = pubnub.subscribe({ channels: 'a', channelGroups: ['g'] });
    base.channels('b').channelGroups(['h']).execute();
    await settle();
    expect(lineOf(requests[0])).toMatchObject({
      path: '/v2/subscribe/demo/a,b/0',
      query: { 'channel-group': 'g%2Ch' },
    });
    await close();
  });

  it('switches flags on by a call without an argument', async () => {
    const { pubnub, requests, close } = scriptedClient([CURSOR, hangs]);
    pubnub.subscribe().channels('a').withPresence().execute();
    await settle();
    expect(lineOf(requests[0]).path).toBe('/v2/subscribe/demo/a,a-pnpres/0');
    await close();
  });

  it('reads the message when it is executed, not later', async () => {
    const { pubnub, requests } = scriptedClient();
    const message = { n: 1 };
    const sent = pubnub.publish({ channel: 'a', message }).execute();
    message.n = 2;
    await sent;
    expect(decodeURIComponent(lineOf(requests[0]).path)).toContain('{"n":1}');
  });

  it('may be executed again: each time it is another call', async () => {
    const { pubnub, requests } = scriptedClient();
    const builder = pubnub.publish({ channel: 'a', message: 1 });
    await Promise.all([builder.execute(), builder.execute()]);
    expect(requests).toHaveLength(2);
  });

  it('is no promise, and says so when it is awaited, chained or given a callback: nothing would be sent', async () => {
    const { pubnub, requests } = scriptedClient();
    // Programs without types get no hint from the compiler.
    const publish = pubnub.publish as unknown as (...values: unknown[]) => PromiseLike<unknown>;
    const given = { channel: 'room', message: 'private' };
    const ways = [
      async () => await publish.call(pubnub, given),
      async () => publish.call(pubnub, given).then(() => undefined),
      async () => publish.call(pubnub, given, () => undefined),
      () => Promise.all([publish.call(pubnub, given)]),
    ];
    for (const way of ways) {
      const error = await rejection(way());
      expect(error).toMatchObject({ code: 'PN-1008', delivery: 'not-sent' });
      expect(String(error)).toContain('Call .execute()');
      expect(String(error)).not.toContain('private');
    }
    expect(requests).toHaveLength(0);
  });

  it('has methods that are not its own: it holds nothing that could be changed', () => {
    const { pubnub } = scriptedClient();
    const builder = pubnub.publish({ channel: 'a', message: 1 });
    expect(Object.keys(builder)).toEqual([]);
    expect(() => Object.assign(builder, { execute: () => undefined })).toThrow(TypeError);
  });

  it('takes an undefined value for an absent one', async () => {
    const { pubnub, requests } = scriptedClient();
    const ttl = undefined as unknown as number;
    await pubnub.publish({ channel: 'a', message: 1, ttl }).ttl(ttl).execute();
    expect(lineOf(requests[0]).query).not.toHaveProperty('ttl');
  });
});
