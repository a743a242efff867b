import { PubNub as Everything } from 'timetoken';
import { fetchTransport, kyTransport, PubNub, PubNubError } from 'timetoken/core';
import * as all from 'timetoken/features';
import { createOrigin } from 'timetoken/origin';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import type { ChannelName } from '../../src/client/channels.ts';
import { defineFeature, type Part, type PartType } from '../../src/client/feature.ts';
import { rejection } from '../support/unit-client.ts';

const { access, channelGroups, encryption, files, presence, storage, tokens } = all;
const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' };
const nowhere = async () => Response.json({}, { status: 500 });
const core = { ...keys, transport: fetchTransport({ fetch: nowhere }) };

/** The error that is thrown. */
function thrown(work: () => unknown): unknown {
  try {
    return void work();
  } catch (error) {
    return error;
  }
}

describe('the client of timetoken/core', () => {
  it('publishes, subscribes and tells the time, and has no other operation', async () => {
    const pubnub = new PubNub(core);
    const present = Object.keys(OPERATIONS).filter((name) => name in pubnub);
    expect(present.sort()).toEqual(['fire', 'publish', 'signal', 'subscribe', 'time', 'unsubscribe']);
    await pubnub.close();
  });

  it.each([
    ['kyTransport()', kyTransport],
    ['fetchTransport()', fetchTransport],
  ] as const)('receives what is published, over %s', async (_name, transportOf) => {
    const origin = createOrigin();
    const transport = transportOf({ fetch: origin.fetch });
    const alice = new PubNub({ ...keys, transport });
    const bob = new PubNub({ ...keys, userId: 'bob', transport });
    const subscription = bob.subscribe().channels('room').withPresence().execute();
    await subscription.connected();
    await alice.publish().channel('room').message({ text: 'hello' }).execute();
    await alice.signal().channel('room').message('psst').execute();
    for await (const { message, publisher } of subscription.messages()) {
      expect([message, publisher]).toEqual([{ text: 'hello' }, 'alice']);
      break;
    }
    expect((await alice.time().execute()).timetoken).toMatch(/^\d{17}$/);
    for (const ended of [alice, bob, origin]) await ended.close();
  });

  it('says what it takes instead of a default transport, and instead of `fetch`', () => {
    // Programs without types may leave it out.
    const make = (options: object) => thrown(() => new PubNub(options as typeof core));
    expect(make(keys)).toMatchObject({ code: 'PN-1007', message: expect.stringContaining('kyTransport()') });
    expect(make({ ...keys, fetch: nowhere })).toMatchObject({
      code: 'PN-1007',
      message: expect.stringContaining('fetchTransport({ fetch })'),
    });
  });

  it.each([
    ['cipherKey', { cipherKey: 'secret' }, 'encryption'],
    ['cryptoModule', { cryptoModule: all.aesCbcCryptoModule({ cipherKey: 'secret' }) }, 'encryption'],
    ['secretKey', { secretKey: 'secret' }, 'access'],
    ['token', { token: async () => 'token' }, 'tokens'],
    ['recovery', { recovery: 'history' }, 'storage'],
  ] as const)('refuses the option %s, and names the feature that it needs', (option, options, feature) => {
    const error = thrown(() => new PubNub({ ...core, ...options }));
    expect(PubNubError.is(error)).toBe(true);
    expect(error).toMatchObject({
      code: 'PN-1007',
      category: 'PNValidationErrorCategory',
      message: expect.stringMatching(new RegExp(`"${option}".*PubNub\\.with\\(${feature}\\)`)),
    });
    const Client = PubNub.with({ access, encryption, storage, tokens }[feature]);
    expect(thrown(() => new Client({ ...core, ...options }))).toBeUndefined();
  });

  it('takes a token that is a text, and recovery that is none', async () => {
    for (const more of [{ token: 'token' }, { authKey: 'key' }, { recovery: 'none' }] as const)
      await new PubNub({ ...core, ...more }).close();
  });

  it('refuses to read history for a subscription, and subscribes to nothing then', async () => {
    await using pubnub = new PubNub(core);
    const room = pubnub.subscribe().channels('room');
    for (const subscribe of [room.withLast(3), room.recovery('history')]) {
      expect(thrown(() => subscribe.execute())).toMatchObject({
        code: 'PN-1007',
        message: expect.stringContaining('storage'),
      });
    }
    expect([pubnub.state, pubnub.subscribedChannels]).toEqual(['idle', []]);
    room.recovery('none').withTimetoken(new Date(0)).execute().unsubscribe();
  });

  it('refuses the cipher key of a single file without the feature encryption', async () => {
    const Client = PubNub.with(files);
    await using pubnub = new Client(core);
    const place = { channel: 'a', fileId: 'i', fileName: 'n', cipherKey: 'secret' };
    const sending = pubnub.sendFile({ channel: 'a', file: 'x', fileName: 'n', cipherKey: 'secret' });
    for (const call of [pubnub.downloadFile(place).execute(), sending.execute(), sending.request()])
      expect(await rejection(call)).toMatchObject({
        code: 'PN-1007',
        message: expect.stringContaining('PubNub.with(encryption)'),
      });
  });
});

describe('PubNub.with()', () => {
  it('adds the operations of a feature to a new class, and to no other', async () => {
    const Client = PubNub.with(storage);
    await using network = createTestNetwork();
    const { fetch } = network.options;
    await using pubnub = new Client({ ...keys, transport: kyTransport({ fetch }), clock: network.clock });
    await pubnub.publish().channel('room').message('kept').execute();
    const { messages } = await pubnub.history().channel('room').execute();
    expect(messages.map(({ entry }) => entry)).toEqual(['kept']);
    expect('history' in PubNub.prototype).toBe(false);
    expect('hereNow' in pubnub).toBe(false);
  });

  it('is the same at once and one after the other, and twice the same feature changes nothing', () => {
    const names = (Client: { readonly prototype: object }) =>
      Object.keys(OPERATIONS).filter((name) => name in Client.prototype);
    const once = PubNub.with(storage, presence, tokens);
    expect(names(PubNub.with(storage).with(presence).with(tokens))).toEqual(names(once));
    expect(names(once.with(storage, storage))).toEqual(names(once));
    expect(once.features).toEqual([storage, presence, tokens]);
    expect(PubNub.features).toEqual([]);
  });

  it('makes clients that are instances of the classes before it, and bear their name', () => {
    class Mine extends PubNub.with(channelGroups) {
      readonly own = 1;
    }
    const Extended = Mine.with(presence);
    const pubnub = new Extended(core);
    expect(pubnub).toBeInstanceOf(Mine);
    expect(pubnub).toBeInstanceOf(PubNub);
    expect([pubnub.own, Extended.name, PubNub.with(storage).name]).toEqual([1, 'Mine', 'PubNub']);
    expect(pubnub.listChannelGroups).toBeTypeOf('function');
  });

  it('keeps the constructor, the statics and the privates of a subclass', async () => {
    class Chat extends PubNub.with(storage)<{ room: { readonly text: string } }> {
      static readonly topic = 'room';
      readonly #user: string;
      constructor(userId: string) {
        super({ ...core, userId });
        this.#user = userId;
      }
      greeting(): string {
        return `hello ${this.#user}`;
      }
    }
    const greet = (chat: Chat) => chat.greeting();
    const More = Chat.with(presence);
    const more = new More('bob');
    expect([greet(more), More.topic, 'hereNow' in more]).toEqual(['hello bob', 'room', true]);
    // @ts-expect-error the constructor is that of Chat
    expect(() => new More(core)).toThrow('userId');
    await more.close();
  });

  it('does not depend on a static member that a program sets', async () => {
    class Mine extends PubNub.with(storage) {
      static override readonly features = [];
    }
    const mine = new (Mine.with(presence))({ ...core, recovery: 'history' });
    expect(mine.history).toBeTypeOf('function');
    await mine.close();
  });

  it('adds what a feature was declared with, whatever a program does to it later', () => {
    // What a program without types may try.
    const builders = storage.builders as Record<string, unknown>;
    expect(() => Object.assign(builders, { evil: () => 1 })).toThrow(TypeError);
    expect(Reflect.deleteProperty(builders, 'history')).toBe(false);
    expect('history' in PubNub.with(storage).prototype).toBe(true);
  });

  it('refuses what is no feature', () => {
    const revoked = Proxy.revocable({}, {});
    revoked.revoke();
    const get = () => {
      throw new Error('no');
    };
    const others = [undefined, null, 'storage', {}, { name: 'x', builders: {}, methods: {} }, () => storage];
    for (const other of [...others, new Proxy({}, { get }), revoked.proxy]) {
      // What a program without types gives.
      expect(thrown(() => PubNub.with(other as never))).toMatchObject({ code: 'PN-1007' });
    }
  });

  it('starts the parts of a feature with what belongs to the client, and the arguments as they are', async () => {
    interface Tally extends PartType {
      readonly start: <const N extends ChannelName<this['~map']>>(
        channel: N,
        by?: number,
      ) => { of: N; by: number };
    }
    const start: Part<Tally> = ({ executor }, ...given) => ({ given, user: executor.settings.userId });
    const Client = PubNub.with(defineFeature({ name: 'tallies', parts: { tally: start } }));
    const [alice, bob] = [new Client<{ room: string }>(core), new Client({ ...core, userId: 'bob' })];
    expect(alice.tally('room', 2)).toEqual({ given: ['room', 2], user: 'alice' });
    expect(bob.tally('anything')).toEqual({ given: ['anything'], user: 'bob' });
    const typed: () => { of: 'room'; by: number } = () => alice.tally('room');
    expect(typed).toBeTypeOf('function');
    // @ts-expect-error no such channel
    alice.tally('other');
    for (const client of [alice, bob]) await client.close();
  });

  it('shares nothing between clients of one class', async () => {
    const Client = PubNub.with(access, encryption);
    const first = new Client({ ...core, cipherKey: 'one', secretKey: 'a' });
    const second = new Client(core);
    const url = async (pubnub: typeof first) =>
      (await pubnub.publish().channel('a').message('x').request()).url;
    expect(await url(first)).toMatch(/signature=v2\./);
    expect(await url(second)).toContain('/%22x%22?');
  });

  it('with everything is the client of timetoken', async () => {
    const features = Object.values(all).filter((value) => 'builders' in value);
    const Client = PubNub.with(...features);
    for (const name of Object.keys(OPERATIONS)) expect(name in Client.prototype).toBe(true);
    const pubnub = new Everything(keys);
    expect(pubnub).toBeInstanceOf(PubNub);
    expect(Everything.name).toBe('PubNub');
    await pubnub.close();
  });
});
