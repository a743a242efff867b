import { aesCbcCryptoModule, PubNub, type PubNubOptions } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../scripts/docs-operations.ts';
import { hangs, lineOf, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const HALF = 'half \ud800 of a pair';

class Parameters {
  get channel() {
    return 'room';
  }
  get message() {
    return { text: 'hello' };
  }
}

/** A setter of a builder as JavaScript would call it, without the types. */
function call(target: unknown, name: string, ...values: readonly unknown[]): unknown {
  return Reflect.apply(Reflect.get(Object(target), name), target, values);
}

async function refusal(target: unknown): Promise<unknown> {
  return rejection((async () => call(target, 'execute'))());
}

describe('what is given to a builder', () => {
  it('is taken when it is given: what happens to it later changes nothing', async () => {
    const { pubnub, requests } = scriptedClient([SENT]);
    const message = { text: 'before', list: [1] };
    const meta = { lang: 'en' };
    const builder = pubnub.publish().channel('room').message(message).meta(meta);
    message.text = 'after';
    message.list.push(2);
    meta.lang = 'de';
    await builder.execute();
    const { path, query } = lineOf(requests[0]);
    expect(decodeURIComponent(path)).toContain('{"text":"before","list":[1]}');
    expect(decodeURIComponent(String(query['meta']))).toBe('{"lang":"en"}');
  });

  it.each([
    ['a class instance with getters', new Parameters()],
    ['a proxy', new Proxy({ channel: 'room', message: { text: 'hello' } }, {})],
    ['a frozen object', Object.freeze({ channel: 'room', message: Object.freeze({ text: 'hello' }) })],
    ['inherited properties', Object.create({ channel: 'room', message: { text: 'hello' } })],
  ])('may be %s', async (_name, given) => {
    const { pubnub, requests } = scriptedClient([SENT]);
    await pubnub.publish(given).execute();
    expect(decodeURIComponent(lineOf(requests[0]).path)).toBe('/publish/demo/demo/0/room/0/{"text":"hello"}');
  });

  it.each(Object.keys(OPERATIONS))('is refused by %s() where it is no object', async (operation) => {
    const { pubnub, requests } = scriptedClient([hangs]);
    for (const given of [null, 'x', 5, true, () => 1, ['a']]) {
      expect(await refusal(call(pubnub, operation, given))).toMatchObject({
        code: 'PN-1002',
        message: expect.stringContaining('the parameters must be an object, not '),
      });
    }
    await settle();
    expect(requests).toHaveLength(0);
  });

  it('sets nothing that stands below a key named __proto__', async () => {
    const { pubnub, requests } = scriptedClient();
    const given: unknown = JSON.parse('{"__proto__": {"channel": "evil"}}');
    expect(await refusal(call(call(pubnub, 'publish', given), 'message', 1))).toMatchObject({
      code: 'PN-1001',
      message: expect.stringContaining('channel missing'),
    });
    expect(requests).toHaveLength(0);
  });

  it.each([
    [
      'a getter of the parameters',
      {
        get channel() {
          throw new Error('mine');
        },
      },
    ],
    [
      'a getter of the message',
      {
        channel: 'a',
        message: {
          get text() {
            throw new Error('mine');
          },
        },
      },
    ],
    [
      'a toJSON()',
      {
        channel: 'a',
        message: {
          toJSON() {
            throw new Error('mine');
          },
        },
      },
    ],
    ['a revoked proxy', { channel: 'a', message: revoked() }],
  ])('is refused where %s throws: nothing is sent, and nothing tried again', async (_name, given) => {
    const { pubnub, requests, clock } = scriptedClient();
    const error = await refusal(call(pubnub, 'publish', given));
    expect(error).toMatchObject({
      category: 'PNValidationErrorCategory',
      delivery: 'not-sent',
      retryable: false,
      message: expect.stringContaining('cannot be read'),
    });
    expect(await call(call(pubnub, 'publish', given), 'envelope')).toMatchObject({
      status: { isError: true, errorData: { code: 'PN-1002' } },
    });
    await clock.advance(60_000);
    expect(requests).toHaveLength(0);
  });

  it('is asked by toJSON() once, with every attempt the same', async () => {
    let asked = 0;
    const { pubnub, requests } = scriptedClient([SENT]);
    const builder = pubnub.publish({ channel: 'a', message: { toJSON: () => ++asked } });
    await builder.execute();
    await builder.execute();
    expect(asked).toBe(1);
    expect(requests.map((request) => lineOf(request).path.at(-1))).toEqual(['1', '1']);
  });
});

type Attempt = (pubnub: PubNub) => unknown;
const TEXTS: readonly (readonly [string, Attempt])[] = [
  ['filter', (pubnub) => pubnub.getAllUuidMetadata({ filter: HALF }).execute()],
  ['page', (pubnub) => pubnub.getMemberships({ page: { prev: HALF } }).execute()],
  ['next', (pubnub) => pubnub.listFiles({ channel: 'a', next: HALF }).execute()],
  ['topic', (pubnub) => pubnub.listPushChannels({ deviceId: 'd', pushType: 'apns2', topic: HALF }).execute()],
  ['deviceId', (pubnub) => pubnub.listPushChannels({ deviceId: HALF, pushType: 'fcm' }).execute()],
  ['channel', (pubnub) => pubnub.publish({ channel: HALF, message: 1 }).execute()],
  ['uuid', (pubnub) => pubnub.whereNow({ uuid: HALF }).execute()],
  ['start', (pubnub) => pubnub.history({ channel: 'a', start: HALF }).execute()],
  ['withCursor', (pubnub) => pubnub.subscribe({ channels: 'a', withCursor: HALF }).execute()],
  ['token', (pubnub) => pubnub.setToken(HALF)],
  ['expression', (pubnub) => pubnub.setFilterExpression(HALF)],
];

describe('a text that holds half of a surrogate pair', () => {
  it.each(TEXTS)('is refused before anything is sent, as %s', async (name, attempt) => {
    const { pubnub, requests, clock } = scriptedClient([hangs]);
    expect(await rejection((async () => attempt(pubnub))())).toMatchObject({
      code: 'PN-1002',
      message: expect.stringContaining(name),
    });
    await clock.advance(60_000);
    expect(requests).toHaveLength(0);
  });

  it.each(['filterExpression', 'token', 'authKey', 'userId', 'secretKey', 'cipherKey'])(
    'is refused as the option %s',
    (name) => {
      const options = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', [name]: HALF };
      expect(() => new PubNub(options)).toThrow(expect.objectContaining({ code: 'PN-1007' }));
      expect(() => new PubNub(options)).toThrow(name);
    },
  );
});

describe('a token with half of a surrogate pair, from a provider', () => {
  it('fails the call before anything is sent', async () => {
    const { pubnub, requests } = scriptedClient([], { token: async () => HALF });
    expect(await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute())).toMatchObject({
      code: 'PN-1002',
      delivery: 'not-sent',
    });
    expect(requests).toHaveLength(0);
  });

  it('is announced by the loop, which goes on as soon as the provider gives a better one', async () => {
    const tokens = [HALF, 'good'];
    const { pubnub, clock, close } = scriptedClient([hangs], { token: async () => tokens.shift() ?? 'good' });
    const told: unknown[] = [];
    pubnub.addListener({ status: ({ errorData }) => void told.push(errorData) });
    pubnub.subscribe().channels('a').execute();
    await clock.advance(60_000);
    expect(told).toContainEqual(expect.objectContaining({ code: 'PN-1002' }));
    expect(tokens).toEqual([]);
    await close();
  });
});

describe('a list', () => {
  it.each([
    ['grant', 'channels', []],
    ['grant', 'authKeys', []],
    ['audit', 'channels', []],
    ['hereNow', 'channels', []],
  ])('of %s() that has run empty does not stand for all: %s', async (operation, name, list) => {
    const { pubnub, requests } = scriptedClient([], { secretKey: 'secret of the server' });
    expect(await refusal(call(call(pubnub, operation), name, list))).toMatchObject({
      code: 'PN-1002',
      message: expect.stringContaining(`${name} is empty, and would stand for all`),
    });
    expect(requests).toHaveLength(0);
  });

  it.each([
    ['with a hole', Array.from({ length: 2 }).fill('a', 1)],
    ['of holes', new Array(3)],
    ['with a length and nothing in it', Object.assign([], { length: 2 ** 32 - 1 })],
  ])('%s is refused, at once', async (_name, list) => {
    const { pubnub, requests } = scriptedClient();
    expect(await refusal(call(call(pubnub, 'hereNow'), 'channels', list))).toMatchObject({ code: 'PN-1002' });
    expect(() => new PubNub({ subscribeKey: 'demo', userId: 'a', origin: list as never })).toThrow(
      expect.objectContaining({ code: 'PN-1007' }),
    );
    expect(requests).toHaveLength(0);
  });
});

describe('a number', () => {
  it.each([1e21, 2 ** 53, 1.5, -1])('that no server can read is refused: %d', async (number) => {
    const { pubnub, requests } = scriptedClient();
    expect(await refusal(call(pubnub, 'publish', { channel: 'a', message: 1, ttl: number }))).toMatchObject({
      code: 'PN-1002',
    });
    expect(requests).toHaveLength(0);
  });
});

describe('a promise that is handed in where it cannot be', () => {
  it('ends no process when it is rejected', async () => {
    const { pubnub } = scriptedClient();
    const message = { toJSON: () => Promise.reject(new Error('mine')) };
    expect(await refusal(call(pubnub, 'publish', { channel: 'a', message }))).toMatchObject({
      code: 'PN-1004',
    });
    const cryptoModule = aesCbcCryptoModule({
      cipherKey: 'k',
      randomBytes: (async () => Promise.reject(new Error('mine'))) as never,
    });
    const encrypting = scriptedClient([], { cryptoModule });
    expect(await refusal(call(encrypting.pubnub, 'publish', { channel: 'a', message: 1 }))).toMatchObject({
      code: 'PN-5002',
    });
    const { pubnub: listening, close } = scriptedClient([hangs], {
      networkEvents: (async () => Promise.reject(new Error('mine'))) as never,
    });
    listening.subscribe().channels('a').execute();
    await settle();
    await close();
  });
});

describe('a crypto module that never answers', () => {
  const never = () => new Promise<never>(() => {});
  const cryptoModule = { encrypt: never, decrypt: never, encryptFile: never, decryptFile: never };

  it.each([
    ['its timeout', 'PN-2002', { timeout: 100 }],
    ['its signal', 'PN-2003', { signal: AbortSignal.timeout(5) }],
    ['the end of the client', 'PN-2004', {}],
  ])('holds up no call beyond %s', async (_name, code, options) => {
    const { pubnub, clock, requests } = scriptedClient([SENT], { cryptoModule });
    const sent = pubnub
      .publish({ channel: 'a', message: 1 })
      .execute(options)
      .catch((error: unknown) => error);
    if ('timeout' in options) await clock.advance(100);
    if (code === 'PN-2004') await pubnub.close();
    expect(await sent).toMatchObject({ code, delivery: 'not-sent' });
    expect(requests).toHaveLength(0);
  });
});

describe('names that look like a key', () => {
  it('are told as they were asked for, so that a refused one does not stop the others', async () => {
    const refusal = {
      status: 403,
      body: JSON.stringify({
        status: 403,
        error: true,
        service: 'Access Manager',
        message: 'no',
        payload: { channels: ['production-news'] },
      }),
    };
    const { pubnub } = scriptedClient([refusal], { subscribeKey: 'production-main' });
    const error = await rejection(pubnub.history({ channel: 'production-news' }).execute());
    expect(error).toMatchObject({ code: 'PN-3002', channels: ['production-news'] });
  });
});

class Configuration {
  readonly _cache = new Map();
  readonly #keys = { subscribeKey: 'demo', userId: 'alice' };
  get subscribeKey() {
    return this.#keys.subscribeKey;
  }
  get userId() {
    return this.#keys.userId;
  }
  helper() {
    return this.#keys;
  }
}

describe('the options of a client', () => {
  it.each<readonly [string, PubNubOptions]>([
    ['a literal', { subscribeKey: 'demo', userId: 'alice' }],
    ['a class instance', new Configuration()],
    ['a proxy', new Proxy({ subscribeKey: 'demo', userId: 'alice' }, {})],
    ['inherited', Object.create({ subscribeKey: 'demo', userId: 'alice' })],
    ['frozen', Object.freeze({ subscribeKey: 'demo', userId: 'alice' })],
  ])('may be %s', async (_name, options) => {
    const client = new PubNub(options);
    const request = await client.time().request();
    expect(request.url).toContain('uuid=alice');
    await client.close();
  });

  it.each([
    [
      'misspelt',
      Object.create({ subscribeKey: 'demo', userId: 'alice', heartBeatInterval: 5 }),
      'heartbeatInterval',
    ],
    ['wrong', Object.create({ subscribeKey: 'demo', userId: '' }), 'userId'],
    [
      'unreadable',
      Object.defineProperty({}, 'subscribeKey', {
        get: () => {
          throw new Error('mine');
        },
      }),
      'cannot be read',
    ],
    ['no object', null, 'must be an object'],
    ['a list', [], 'must be an object'],
  ])('that are %s are refused', (_name, options, text) => {
    expect(() => new PubNub(options)).toThrow(expect.objectContaining({ code: 'PN-1007' }));
    expect(() => new PubNub(options)).toThrow(text);
  });

  it('are each read once', async () => {
    const reads: string[] = [];
    const policy = { delay: () => 1, maximumRetries: 1 };
    const watched = (target: object) =>
      new Proxy(target, { get: (from, name) => reads.push(String(name)) && Reflect.get(from, name) });
    const client = new PubNub(
      watched({
        subscribeKey: 'demo',
        userId: 'alice',
        origin: 'localhost',
        reconnectionPolicy: watched(policy),
      }) as PubNubOptions,
    );
    expect(reads.toSorted()).toEqual([...new Set(reads)].toSorted());
    await client.close();
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
