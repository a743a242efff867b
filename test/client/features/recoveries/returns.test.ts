import { PubNub as Core, fetchTransport } from 'timetoken/core';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';

/** What a client tells of its connection and of gaps, without the noise of single attempts. */
function listening(network: TestNetwork, options: object = {}) {
  const pubnub = network.client('alice', options);
  const told: string[] = [];
  const kept = /^PN(Connected|Reconnected|Recovered|UnexpectedDisconnect)Category$/;
  pubnub.on('status', ({ category }) => kept.test(category) && told.push(category.slice(2, -8)));
  pubnub.on('gap', ({ recovered }) => told.push(`gap ${recovered}`));
  pubnub.on('message', ({ message }) => told.push(String(message)));
  return { pubnub, told };
}

async function subscribed(network: TestNetwork, options: object = {}) {
  const listener = listening(network, options);
  listener.pubnub.subscribe().channels('room').execute();
  await network.subscribed('room');
  await network.idle();
  listener.told.length = 0;
  return listener;
}

/** Breaks the connection, and lets it come back some seconds later. */
async function outage(network: TestNetwork, meanwhile: () => Promise<unknown> = async () => {}) {
  network.offline();
  await network.clock.advance(500);
  await meanwhile();
  network.online();
}

describe('after a loss', () => {
  it('is told that nothing is missing, once what was published meanwhile is delivered', async () => {
    await using network = createTestNetwork();
    const { told } = await subscribed(network);
    await outage(network, () => network.publish('room', 'meanwhile'));
    await network.clock.advance(10_000);
    expect(told).toEqual(['UnexpectedDisconnect', 'Reconnected', 'meanwhile', 'Recovered']);
  });

  it('is told so too where nothing was published: the origin says that there is nothing', async () => {
    await using network = createTestNetwork();
    const { told } = await subscribed(network);
    await outage(network);
    await network.clock.advance(10_000);
    expect(told).toEqual(['UnexpectedDisconnect', 'Reconnected', 'Recovered']);
    await network.clock.advance(600_000);
    expect(told).toHaveLength(3);
  });

  it.each([
    ['the loop waits for', (query: URLSearchParams) => query.get('hold') === null],
    ['both wait for', () => true],
  ])('is told of a gap alone, however long the network holds back the answer that %s', async (_, isSlow) => {
    await using network = createTestNetwork();
    const { told } = await subscribed(network, {
      fetch: async (request: Request) => {
        const response = await network.fetch(request);
        const { pathname, searchParams } = new URL(request.url);
        if (pathname.startsWith('/v2/subscribe/') && searchParams.get('tt') !== '0' && isSlow(searchParams))
          await new Promise<void>((resolve) => void network.clock.setTimeout(resolve, 20_000));
        return response;
      },
    });
    await outage(network, async () => {
      for (let n = 0; n < 120; n++) await network.publish('room', n);
    });
    await network.clock.advance(120_000);
    expect(told.filter((text) => !/^\d+$/.test(text))).toEqual([
      'UnexpectedDisconnect',
      'Reconnected',
      'gap none',
    ]);
  });

  it('is told of a gap instead, where messages are missing', async () => {
    await using network = createTestNetwork();
    const { told } = await subscribed(network);
    await outage(network, async () => {
      for (let n = 0; n < 120; n++) await network.publish('room', n);
    });
    await network.clock.advance(60_000);
    expect(told.filter((text) => !/^\d+$/.test(text))).toEqual([
      'UnexpectedDisconnect',
      'Reconnected',
      'gap none',
    ]);
  });

  it('is told nothing before the last of several answers', async () => {
    await using network = createTestNetwork({ limits: { answerBytes: 20_000 } });
    let isSlow = false;
    const { told } = await subscribed(network, {
      fetch: async (request: Request) => {
        const response = await network.fetch(request);
        // A handshake is not: it comes back soon.
        if (isSlow && !request.url.includes('tt=0'))
          await new Promise<void>((resolve) => void network.clock.setTimeout(resolve, 2_000));
        return response;
      },
    });
    await outage(network, async () => {
      isSlow = true;
      for (let n = 0; n < 8; n++) await network.publish('room', `${n}${'x'.repeat(10_000)}`);
    });
    await network.clock.advance(60_000);
    const shown = told.map((text) => (/^\d/.test(text) ? text[0] : text));
    expect(shown).toEqual(['UnexpectedDisconnect', 'Reconnected', ...'01234567', 'Recovered']);
  });

  it('is told nothing before a slow reader has had it', async () => {
    await using network = createTestNetwork();
    const { pubnub, told } = listening(network);
    const reader = pubnub.subscribe().channels('room').execute().messages({ buffer: 1 });
    await network.subscribed('room');
    await network.idle();
    await network.publish('room', 'it has no room');
    await network.idle();
    told.length = 0;
    await outage(network, () => network.publish('room', 'meanwhile'));
    await network.clock.advance(20_000);
    expect(told).toEqual(['UnexpectedDisconnect', 'Reconnected']);
    expect((await reader.next()).value?.message).toBe('it has no room');
    await network.clock.advance(5_000);
    expect(told.slice(2)).toEqual(['meanwhile', 'Recovered']);
  });

  it('is told nothing of a loss that another one follows, until that has ended', async () => {
    await using network = createTestNetwork();
    const { told } = await subscribed(network);
    network.delay(400);
    await outage(network);
    await network.clock.advance(2_500);
    const before = told.filter((text) => text === 'Recovered').length;
    await outage(network);
    await network.clock.advance(60_000);
    expect(told.filter((text) => text === 'Recovered').length - before).toBe(1);
    expect(told.at(-1)).toBe('Recovered');
  });
});

describe('a server that holds every poll', () => {
  it('is asked once, and says that nothing is missing when its own answer comes', async () => {
    await using network = createTestNetwork();
    const asked: string[] = [];
    const { told } = await subscribed(network, {
      fetch: (request: Request) => {
        const url = new URL(request.url);
        if (url.searchParams.has('hold')) asked.push(url.searchParams.get('tt') ?? '');
        url.searchParams.delete('hold');
        return network.fetch(new Request(url, request));
      },
    });
    await outage(network);
    await network.clock.advance(270_000);
    expect(told).toEqual(['UnexpectedDisconnect', 'Reconnected']);
    await network.clock.advance(20_000);
    expect(told.slice(2)).toEqual(['Recovered']);
    expect(asked).toHaveLength(1);
  });
});

describe('a server that does not tell of gaps', () => {
  it('is trusted within its retention only', async () => {
    await using network = createTestNetwork();
    const { told } = await subscribed(network, {
      liveRetention: 5,
      fetch: async (request: Request) => {
        const response = await network.fetch(request);
        const text = await response.text();
        return new Response(text.replace(/,"g":\[\]/, ''), response);
      },
    });
    network.offline();
    await network.clock.advance(30_000);
    network.online();
    await network.clock.advance(30_000);
    expect(told).toEqual(['UnexpectedDisconnect', 'Reconnected']);
    await network.publish('room', 'news');
    await network.clock.advance(5_000);
    expect(told.slice(2)).toEqual(['gap none', 'news']);
  });
});

describe('after a stop', () => {
  it('is told that nothing is missing since', async () => {
    await using network = createTestNetwork();
    const { pubnub, told } = await subscribed(network);
    pubnub.disconnect();
    await network.publish('room', 'meanwhile');
    pubnub.reconnect();
    await network.clock.advance(5_000);
    expect(told).toEqual(['Connected', 'meanwhile', 'Recovered']);
  });

  it('says nothing of a first connection, nor of one that begins anew', async () => {
    await using network = createTestNetwork();
    const { pubnub, told } = listening(network);
    pubnub.subscribe().channels('room').execute();
    await network.clock.advance(5_000);
    pubnub.disconnect();
    await pubnub.unsubscribeAll();
    pubnub.subscribe().channels('room').execute();
    await network.clock.advance(5_000);
    expect(told).toEqual(['Connected', 'Connected']);
  });

  it('leaves no timer behind when the client closes', async () => {
    await using network = createTestNetwork();
    const { pubnub, told } = await subscribed(network);
    await outage(network);
    await network.clock.advance(1_600);
    await pubnub.close();
    await network.clock.advance(60_000);
    expect(told).not.toContain('Recovered');
  });
});

it('is a feature: a client without it says nothing', () => {
  const pubnub = new Core({ subscribeKey: 'demo', userId: 'alice', transport: fetchTransport() });
  expect(pubnub.constructor).toHaveProperty('features', []);
  return pubnub.close();
});
