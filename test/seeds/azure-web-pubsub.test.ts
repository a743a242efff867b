// The rows of the client of Azure Web PubSub, in its words: what its users expect, and how it is done here.
import { type PNStatus, PubNub, PubNubError, type TransportRequest } from 'timetoken';
import { createOrigin, type Keyset } from 'timetoken/origin';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';

const KEYSET: Keyset = { subscribeKey: 'demo', publishKey: 'demo', secretKey: 'secret', access: true };

/** The categories of the statuses of a connection, as they come. */
function connections(pubnub: PubNub): string[] {
  const told: string[] = [];
  const kept = /^PN(Connected|Disconnected|Reconnected|Recovered|UnexpectedDisconnect)Category$/;
  pubnub.on('status', ({ category }) => kept.test(category) && told.push(category.slice(2, -8)));
  return told;
}

async function joined(network: TestNetwork, options: object = {}): Promise<PubNub> {
  const pubnub = network.client('alice', options);
  pubnub.subscribe().channels('group1').execute();
  await network.subscribed('group1');
  await network.idle();
  return pubnub;
}

async function dropped(network: TestNetwork, meanwhile: () => Promise<unknown> = async () => {}) {
  network.offline();
  await network.clock.advance(500);
  await meanwhile();
  network.online();
  await network.clock.advance(10_000);
}

/** An origin with permissions, and its server's client. */
function guarded() {
  const origin = createOrigin({ keysets: [KEYSET] });
  const keys = { subscribeKey: 'demo', publishKey: 'demo', fetch: origin.fetch };
  const server = new PubNub({ ...keys, secretKey: 'secret', userId: 'server' });
  const grant = (...names: string[]) => {
    const channels = Object.fromEntries(names.map((name) => [name, { read: true, write: true }]));
    return server.grantToken({ ttl: 15, authorizedUuid: 'alice', channels }).execute();
  };
  return { origin, keys, server, grant };
}

describe('Azure Web PubSub client', () => {
  test('construct from client access URL or a function that fetches it', async () => {
    const hosts: string[] = [];
    const transport = async ({ url }: TransportRequest) => {
      hosts.push(new URL(url).host);
      return { status: 200, body: '[1,"Sent","17000000000000001"]', headers: { get: () => null } };
    };
    const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', transport };
    const access = { origin: 'hub-7.example', token: 'T1' };
    await using fixed = new PubNub({ ...keys, ...access });
    await using fetched = new PubNub({ ...keys, token: async () => access });
    for (const pubnub of [fixed, fetched]) await pubnub.publish().channel('group1').message(1).execute();
    expect(hosts).toEqual(['hub-7.example', 'hub-7.example']);
  });

  test('context-manager lifetime (`with client`)', async () => {
    await using network = createTestNetwork();
    const told: string[] = [];
    let kept: PubNub;
    {
      await using pubnub = await joined(network);
      told.push(...connections(pubnub));
      kept = pubnub;
      expect(pubnub.state).toBe('connected');
    }
    expect(kept.state).toBe('stopped');
    await expect(kept.time().execute()).rejects.toMatchObject({ code: 'PN-2004' });
  });

  test('`join_group`, `leave_group`, `send_to_group(group, data, TEXT/JSON/BINARY)`, `send_event`', async () => {
    await using network = createTestNetwork();
    const pubnub = network.client('alice');
    const server = network.client('server');
    const seen: unknown[] = [];
    const events: unknown[] = [];
    pubnub.on('message', ({ channel, message }) => seen.push([channel, message]));
    server.on('message', ({ message, customMessageType, publisher }) =>
      events.push([publisher, customMessageType, message]),
    );
    await server.subscribe().channels('events').execute().connected();
    const group = pubnub.subscribe().channels('group1').execute();
    await group.connected();
    const bytes = btoa(String.fromCharCode(0, 255));
    for (const data of ['text', { json: true }, bytes])
      await pubnub.publish().channel('group1').message(data).execute();
    await network.idle();
    group.unsubscribe();
    await network.publish('group1', 'after leaving');
    await pubnub.publish().channel('events').message({ n: 1 }).customMessageType('order-placed').execute();
    await network.idle();
    expect(seen).toEqual([
      ['group1', 'text'],
      ['group1', { json: true }],
      ['group1', 'AP8='],
    ]);
    expect(events).toEqual([['alice', 'order-placed', { n: 1 }]]);
  });

  test('callbacks CONNECTED (`connection_id`), DISCONNECTED (`message`), STOPPED, SERVER_MESSAGE, GROUP_MESSAGE (`group`, `data`), REJOIN_GROUP_FAILED (`group`, `error`)', async () => {
    await using network = createTestNetwork();
    const pubnub = network.client('alice');
    const told: unknown[] = [];
    pubnub.addListener({
      status: ({ category, errorData }: PNStatus) => {
        if (category === 'PNConnectedCategory') told.push('connected');
        if (category === 'PNUnexpectedDisconnectCategory') told.push(`disconnected: ${errorData?.category}`);
      },
      state: ({ state }) => {
        if (state === 'stopped') told.push('stopped');
      },
      message: ({ channel, message }) => {
        told.push([channel === 'to.alice' ? 'server' : channel, message]);
      },
    });
    await pubnub.subscribe().channels(['group1', 'to.alice']).execute().connected();
    await network.publish('to.alice', 'from the server');
    await network.publish('group1', 'hello');
    await network.idle();
    await dropped(network);
    pubnub.disconnect();
    expect(told).toEqual([
      'connected',
      ['server', 'from the server'],
      ['group1', 'hello'],
      'disconnected: PNNetworkIssuesCategory',
      'stopped',
    ]);
  });

  test('REJOIN_GROUP_FAILED: each group that is refused is named, and the others go on', async () => {
    const { origin, keys, server, grant } = guarded();
    const failures: unknown[] = [];
    let isOnline = true;
    const pubnub = new PubNub({
      ...keys,
      userId: 'alice',
      token: await grant('group1', 'group2', 'group3'),
      reconnectionPolicy: { delay: () => 10, minimumDelay: 10 },
      fetch: async (request) => {
        if (!isOnline) throw new TypeError('fetch failed');
        return origin.fetch(request);
      },
    });
    pubnub.on('status', ({ category, affectedChannels, errorData }) => {
      if (category !== 'PNAccessDeniedCategory') return;
      failures.push(...affectedChannels.map((group) => [group, errorData?.code]));
    });
    const groups = pubnub.subscribe().channels(['group1', 'group2', 'group3']).execute();
    await groups.connected();
    const messages = groups.messages();
    isOnline = false;
    pubnub.subscribe().channels('group1').execute(); // a request, which finds the loss
    await pubnub.until('reconnecting');
    await server.publish().channel('group2').message('meanwhile').execute();
    const narrower = await grant('group2');
    isOnline = true;
    pubnub.setToken(narrower);
    expect((await messages.next()).value?.message).toBe('meanwhile');
    expect(failures.toSorted()).toEqual([
      ['group1', 'PN-3002'],
      ['group3', 'PN-3002'],
    ]);
    await server.publish().channel('group1').message('while refused').execute();
    pubnub.setToken(await grant('group1', 'group2', 'group3'));
    expect((await messages.next()).value?.message).toBe('while refused');
    await Promise.all([pubnub.close(), server.close()]);
    await origin.close();
  });

  test('register before joining, callbacks persist over reconnect and stop', async () => {
    await using network = createTestNetwork();
    const pubnub = network.client('alice');
    const seen: unknown[] = [];
    pubnub.on('message', ({ message }) => seen.push(message));
    pubnub.subscribe().channels('group1').execute();
    await network.subscribed('group1');
    await network.publish('group1', 1);
    await network.idle();
    await dropped(network, () => network.publish('group1', 2));
    pubnub.disconnect();
    await network.publish('group1', 3);
    pubnub.reconnect();
    await network.clock.advance(5_000);
    expect(seen).toEqual([1, 2, 3]);
  });

  test('auto reconnect; restart from within `stopped` via open', async () => {
    await using network = createTestNetwork();
    const pubnub = await joined(network);
    const states: string[] = [];
    let left = 1;
    pubnub.on('state', ({ state }) => {
      states.push(state);
      if (state === 'stopped' && left-- > 0) pubnub.reconnect();
    });
    await dropped(network);
    pubnub.disconnect();
    await network.idle();
    expect(states).toEqual(['reconnecting', 'connected', 'stopped', 'connecting', 'connected']);
    pubnub.disconnect();
    expect(pubnub.state).toBe('stopped');
  });

  test('the same from within `failed`, where reconnecting is off or its attempts are spent', async () => {
    await using network = createTestNetwork();
    for (const options of [
      { reconnectionPolicy: 'NONE' },
      { reconnectionPolicy: { delay: () => 100, minimumDelay: 100, maximumRetries: 2 } },
    ]) {
      const pubnub = await joined(network, options);
      const states: string[] = [];
      pubnub.on('state', ({ state }) => {
        states.push(state);
        if (state === 'failed') pubnub.reconnect();
      });
      await dropped(network);
      expect(states).toContain('failed');
      expect(pubnub.state).toBe('connected');
      await pubnub.close();
    }
  });

  test('auto rejoin groups (default on, only groups joined by client)', async () => {
    await using network = createTestNetwork();
    const pubnub = await joined(network);
    const told = connections(pubnub);
    await dropped(network);
    expect([told, pubnub.subscribedChannels]).toEqual([
      ['UnexpectedDisconnect', 'Reconnected', 'Recovered'],
      ['group1'],
    ]);
    await pubnub.close();
    // Off: a lost connection stays lost, until the program asks for it.
    const off = await joined(network, { restore: false });
    await dropped(network);
    await network.clock.advance(600_000);
    expect(off.state).toBe('failed');
    off.reconnect();
    await network.clock.advance(5_000);
    expect(off.state).toBe('connected');
  });

  test('three retries per operation, configurable; error carries `ack_id`; retry with same `ack_id` is deduplicated', async () => {
    await using network = createTestNetwork();
    const attemptsOf = async (options: object, call?: { retries: number }) => {
      const pubnub = network.client('alice', options);
      const failing = network.fail('time', { with: { status: 503 }, times: 100 });
      const failed = expect(pubnub.time().execute(call)).rejects.toBeInstanceOf(PubNubError);
      await network.clock.advance(120_000);
      await failed;
      failing.stop();
      await pubnub.close();
      return failing.hits;
    };
    expect(await attemptsOf({})).toBe(1 + 3);
    expect(await attemptsOf({ retries: 5 })).toBe(1 + 5);
    expect(await attemptsOf({ retries: 5 }, { retries: 0 })).toBe(1);
    // The error carries the id, with which a repeated message is kept once.
    const bob = network.client('bob', { idempotentPublishing: true });
    const message = bob.publish().channel('group1').message('once');
    network.fail('publish', { with: 'truncated', times: 4 });
    const error = await network.settled(message.execute().catch((thrown: unknown) => thrown));
    const { publishId } = PubNubError.is(error) ? error : {};
    expect(publishId).toMatch(/./);
    expect(await message.id(String(publishId)).execute()).toMatchObject({ id: publishId, isDuplicate: true });
    expect((await bob.history().channel('group1').execute()).messages).toHaveLength(1);
  });

  test('subprotocols `json.reliable.webpubsub.azure.v1` (default), `json.webpubsub.azure.v1`', async () => {
    // There is one protocol, and it is the reliable one. Like the other one, a client may begin anew after each loss.
    await using network = createTestNetwork();
    const pubnub = network.client('alice');
    const seen: unknown[] = [];
    pubnub.on('message', ({ message }) => seen.push(message));
    pubnub.on('state', ({ state }) => {
      if (state !== 'reconnecting') return;
      void pubnub.unsubscribeAll();
      pubnub.subscribe().channels('group1').execute();
    });
    pubnub.subscribe().channels('group1').execute();
    await network.subscribed('group1');
    await network.idle();
    await dropped(network, () => network.publish('group1', 'meanwhile'));
    await network.publish('group1', 'later');
    await network.idle();
    expect(seen).toEqual(['later']);
  });

  test('recovery: same connection id, service keeps context and messages; fails on close code 1008 or after 30 s', async () => {
    await using network = createTestNetwork();
    const pubnub = await joined(network);
    const told = connections(pubnub);
    const messages: unknown[] = [];
    pubnub.on('message', ({ message }) => messages.push(message));
    network.duplicate();
    await dropped(network, () => network.publish('group1', 'meanwhile'));
    await network.clock.advance(60_000);
    expect(told).toEqual(['UnexpectedDisconnect', 'Reconnected', 'Recovered']);
    // What has been seen is dropped.
    expect(messages).toEqual(['meanwhile']);
  });

  test('reconnect: new connection id, groups lost then rejoined', async () => {
    await using network = createTestNetwork();
    const pubnub = await joined(network);
    const told = connections(pubnub);
    const gaps: unknown[] = [];
    pubnub.on('gap', ({ channel, certain }) => gaps.push([channel, certain]));
    await dropped(network, async () => {
      for (let n = 0; n < 101; n++) await network.publish('group1', n);
    });
    await network.clock.advance(60_000);
    expect([told, gaps]).toEqual([['UnexpectedDisconnect', 'Reconnected'], [['group1', true]]]);
  });

  test('concepts hub, group, user, connection; several connections per user', async () => {
    // A hub is a keyset, a group a channel; a user may have several clients.
    const origin = createOrigin({
      keysets: ['chat', 'news'].map((key) => ({ subscribeKey: key, publishKey: key })),
    });
    const client = (key: string, userId: string) =>
      new PubNub({ subscribeKey: key, publishKey: key, userId, fetch: origin.fetch });
    const [laptop, phone, other] = [client('chat', 'ann'), client('chat', 'ann'), client('news', 'ann')];
    const seen: string[] = [];
    for (const [name, pubnub] of Object.entries({ laptop, phone, other })) {
      pubnub.on('message', ({ publisher, message }) => seen.push(`${name}: ${publisher} ${message}`));
      await pubnub.subscribe().channels('group1').execute().connected();
    }
    await phone.publish().channel('group1').message('hi').execute();
    await expect.poll(() => seen.toSorted()).toEqual(['laptop: ann hi', 'phone: ann hi']);
    await Promise.all([laptop, phone, other].map((pubnub) => pubnub.close()));
    await origin.close();
    // Of several connections of a user, each joins and leaves on its own.
    await using network = createTestNetwork();
    const tabs = [1, 2].map(() => network.client('ann', { useInstanceId: true }));
    for (const tab of tabs) await tab.subscribe().channels('group1').execute().connected();
    const eve = network.client('eve');
    const occupancy = async () => (await eve.hereNow().channels('group1').execute()).totalOccupancy;
    await tabs[0]?.close();
    expect(await occupancy()).toBe(1);
    await tabs[1]?.close();
    expect(await occupancy()).toBe(0);
  });

  test('numbered, ordered delivery after recovery', async () => {
    await using network = createTestNetwork();
    const pubnub = await joined(network);
    const seen: [unknown, string][] = [];
    pubnub.on('message', ({ message, timetoken }) => seen.push([message, timetoken]));
    await dropped(network, async () => {
      for (let n = 0; n < 50; n++) await network.publish('group1', n);
    });
    expect(seen.map(([message]) => message)).toEqual(Array.from({ length: 50 }, (_, n) => n));
    const numbers = seen.map(([, timetoken]) => timetoken);
    expect(numbers).toEqual(numbers.toSorted());
    expect(new Set(numbers).size).toBe(50);
  });

  test('logging with payload when enabled', async () => {
    await using network = createTestNetwork();
    const lines: unknown[] = [];
    const log = (...line: unknown[]) => lines.push(line);
    const logger = { debug: log, info: log, warn: log, error: log };
    const secrets = { token: 'a-secret-token' };
    const pubnub = network.client('alice', { logger, ...secrets });
    await pubnub.publish().channel('group1').message('private').execute();
    expect(lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(lines)).not.toMatch(/private|a-secret-token/);
    // Enabled: what is sent and received passes a `fetch` or a listener of the program.
    const sent: string[] = [];
    const verbose = network.client('bob', {
      ...secrets,
      fetch: (request: Request) => {
        sent.push(new URL(request.url).pathname);
        return network.fetch(request);
      },
    });
    await verbose.publish().channel('group1').message('private').execute();
    expect(sent.join()).toContain('private');
  });

  test('extra in JS 1.1.0: `noEcho`', async () => {
    const origin = createOrigin();
    const keys = { subscribeKey: 'demo', publishKey: 'demo', fetch: origin.fetch };
    const connection = (id: string) => {
      const pubnub = new PubNub({ ...keys, userId: 'ann', filterExpression: `meta.noEcho != '${id}'` });
      const send = (message: string) =>
        pubnub.publish().channel('group1').message(message).meta({ noEcho: id }).execute();
      return { pubnub, send };
    };
    const [laptop, phone] = [connection('laptop'), connection('phone')];
    const seen: string[] = [];
    for (const [name, { pubnub }] of Object.entries({ laptop, phone })) {
      pubnub.on('message', ({ message }) => seen.push(`${name}: ${message}`));
      await pubnub.subscribe().channels('group1').execute().connected();
    }
    await laptop.send('from the laptop');
    await phone.send('from the phone');
    await laptop.pubnub.publish().channel('group1').message('to all').execute();
    await expect.poll(() => seen.length).toBe(4);
    expect(seen.toSorted()).toEqual([
      'laptop: from the phone',
      'laptop: to all',
      'phone: from the laptop',
      'phone: to all',
    ]);
    await Promise.all([laptop.pubnub.close(), phone.pubnub.close()]);
    await origin.close();
  });

  test('extra in JS 1.1.0: `fireAndForget`, `abortSignal`', async () => {
    await using network = createTestNetwork();
    const pubnub = network.client('alice');
    expect(await pubnub.signal().channel('group1').message('typing').execute()).toHaveProperty('timetoken');
    network.fail('publish', { with: 'hang' });
    const gone = new AbortController();
    const call = pubnub.publish().channel('group1').message(1).execute({ signal: gone.signal });
    gone.abort();
    await expect(call).rejects.toMatchObject({ code: 'PN-2003' });
  });
});
