import { PubNub } from 'timetoken';
import { fetchTransport } from 'timetoken/core';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../../scripts/docs-operations.ts';
import { DEFAULTS } from '../../../../src/client/config/checks.ts';
import { equivalentOf } from '../../../../src/client/features/hints/equivalents.ts';
import { problemOf } from '../../../../src/client/features/hints/problem.ts';
import { reminderOf } from '../../../../src/client/features/hints/reminder.ts';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' };

/** Options of `pubnub` 7.3.3, and of later releases and other languages, that are none here. */
const FOREIGN = [
  ...['keepAlive', 'keepAliveSettings', 'useRandomIVs', 'customEncrypt', 'customDecrypt', 'proxy'],
  ...[
    'autoNetworkDetection',
    'retryConfiguration',
    'enableEventEngine',
    'enableSubscribeBeta',
    'logVerbosity',
  ],
  ...['partnerId', 'sdkFamily', 'useSendBeacon', 'subscriptionWorkerUrl', 'logLevel', 'loggers'],
  ...['reconnect_policy', 'connect_timeout', 'non_subscribe_request_timeout'],
];

describe('an option of another client', () => {
  it.each(FOREIGN)('%s gets its equivalent', (name) => {
    const make = () => Reflect.construct(PubNub, [{ ...keys, [name]: true }]);
    expect(make).toThrow(
      new RegExp(`^"${name}" is no option; (leave it out|here it is|give) ?.*\\(PN-1007\\)$`),
    );
  });

  it('has an equivalent only if it is none here', () => {
    for (const name of Object.keys(DEFAULTS).filter((each) => !['origin', 'fetch'].includes(each)))
      expect(equivalentOf(name)).toBeUndefined();
    for (const name of ['constructor', 'toString', '__proto__', 'whatever'])
      expect(equivalentOf(name)).toBeUndefined();
  });
});

describe('a parameter of another client', () => {
  it.each([
    ['publish', 'storeInHistory', 'shouldStore'],
    ['publish', 'sendByPost', 'usePost'],
    ['subscribe', 'timetoken', 'withTimetoken'],
    ['subscribe', 'state', 'withState'],
    ['addPushChannels', 'pushGateway', 'pushType'],
    ['addPushChannels', 'device', 'deviceId'],
    ['setUuidMetadata', 'data', '.name()'],
    ['grantToken', 'resources', 'channels, groups and uuids'],
  ])('of %s, %s, gets its equivalent', async (call, name, words) => {
    if (!(call in OPERATIONS)) throw new Error(`there is no ${call}`);
    const { pubnub } = scriptedClient();
    const builder: unknown = Reflect.apply(Reflect.get(pubnub, call), pubnub, [{ [name]: 'x' }]);
    const execute = async () => Reflect.apply(Reflect.get(Object(builder), 'execute'), builder, []);
    const { code, message } = Object(await rejection(execute()));
    expect(code).toBe('PN-1003');
    expect(message).toMatch(new RegExp(`"${name}" is no parameter; .*${words.replace(/[.()]/g, '\\$&')}`));
  });
});

describe('an origin in place of an address', () => {
  it.each([
    ['an origin', { fetch: async () => new Response(), close: async () => undefined }],
    ['a server', { url: 'http://127.0.0.1:8090', port: 8090 }],
  ])('is refused with the way to use it: %s', (_name, origin) => {
    expect(() => Reflect.construct(PubNub, [{ ...keys, origin }])).toThrow(
      /for an origin of this process, use `fetch: origin\.fetch`; for its server, `origin: server\.url`\./,
    );
  });
});

it('a transport that was not made is refused', () => {
  for (const transport of [fetchTransport, nodeTransport])
    expect(() => Reflect.construct(PubNub, [{ ...keys, transport }])).toThrow(
      /"transport" must be \w+Transport\(\): call it/,
    );
  expect(() => Reflect.construct(PubNub, [{ ...keys, fetch: createOrigin() }])).toThrow(
    'it is `origin.fetch`',
  );
});

describe('a logger', () => {
  it.each<[object, string]>([
    [{ log: () => undefined }, 'none of the methods'],
    [{ wran: () => undefined, info: () => undefined }, 'has "wran"; did you mean "warn"?'],
    [{ info: () => undefined, Error: () => undefined }, 'did you mean "error"?'],
  ])('with misspelt methods is refused: %o', (logger, text) => {
    expect(() => new PubNub({ ...keys, logger })).toThrow(text);
  });

  it.each<object>([
    console,
    {},
    { warn: () => undefined },
    { ...console },
    { trace() {}, debug() {}, info() {}, warn() {}, error() {}, fatal() {}, child() {}, level: 'info' },
    new (class {
      warnings = () => undefined;
      warn() {}
    })(),
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('mine');
        },
      },
    ),
  ])('with members of its own is taken: %#', (logger) =>
    expect(problemOf({ ...keys, logger })).toBeUndefined(),
  );
});

describe('the reminder of a client', () => {
  const said = (work: (reminder: ReturnType<typeof reminderOf>) => void) => {
    const lines: string[] = [];
    work(reminderOf({ warn: (line) => void lines.push(line) }));
    return lines;
  };

  it('tells once of messages that are JSON texts', () => {
    const lines = said(({ sent }) => {
      for (const payload of ['{"a":1}', ' [1]', '{}']) sent('PNPublishOperation', payload);
    });
    expect(lines).toEqual([expect.stringContaining('without JSON.stringify()')]);
  });

  it.each(['hello', '7', 'null', '{curly', '"text"', '', { a: 1 }, undefined, 0])(
    'says nothing of %j',
    (payload) => {
      expect(said(({ sent }) => sent('PNPublishOperation', payload))).toEqual([]);
    },
  );

  it('tells at the first event, and only then, that nobody listens', () => {
    expect(said(({ received }) => ['a', 'b'].map((channel) => received(channel, () => false)))).toHaveLength(
      1,
    );
    expect(said(({ received }) => [true, false].map((is) => received('a', () => is)))).toEqual([]);
  });
});
