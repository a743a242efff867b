import { PNReconnectionPolicy, PubNub, PubNubError, type PubNubOptions } from 'timetoken';
import { describe, expect, it, vi } from 'vitest';
import { membersOf } from '../../../scripts/docs-members.ts';
import { DEFAULTS } from '../../../src/client/config/checks.ts';
import { settingsFrom } from '../../../src/client/config/settings.ts';
import { backoff } from '../../../src/client/runtime/backoff.ts';
import { lineOf, scriptedClient } from '../../support/unit-client.ts';

const REQUIRED: PubNubOptions = { subscribeKey: 'demo', userId: 'alice' };

/** As JavaScript would call it, without the types. */
function settings(options: Readonly<Record<string, unknown>> = {}) {
  return settingsFrom({ ...REQUIRED, ...options } as PubNubOptions, PubNub.features);
}

function refusal(options: unknown): PubNubError {
  try {
    settingsFrom(options as PubNubOptions, PubNub.features);
  } catch (error) {
    if (PubNubError.is(error)) return error;
  }
  throw new Error('expected a PubNubError');
}

const VALUE = 'do-not-repeat-me';
const OBJECT = { secret: VALUE };
const WRONG: readonly (readonly [option: string, value: unknown, text: string])[] = [
  ['subscribeKey', '', 'must be a string of letters, digits, "-" and "_"'],
  ['subscribeKey', `${VALUE}/{}`, 'must be a string of letters, digits, "-" and "_"'],
  ['subscribeKey', 7, 'must be a string of letters'],
  ['publishKey', `${VALUE} `, 'must be a string of letters'],
  ['userId', '', 'must not be empty'],
  ['userId', 42, 'must be a string, not a number'],
  ['userId', `${VALUE},`, 'must not contain a comma'],
  ['userId', '..', 'must not be exactly ".."'],
  ['userId', VALUE.repeat(9), 'must have at most 92 characters'],
  ['uuid', '\n', 'must not contain control characters'],
  ['origin', '', 'must be host, host:port or an http(s) URL without a path'],
  ['origin', `https://h/${VALUE}`, 'must be host, host:port'],
  ['origin', `https://user:${VALUE}@h`, 'must be host, host:port'],
  ['origin', `https://h?${VALUE}`, 'must be host, host:port'],
  ['origin', `ftp://${VALUE}`, 'must be host, host:port'],
  ['origin', 'host:99999', 'must be host, host:port'],
  ['origin', ['a', `b/${VALUE}`], 'must be host, host:port'],
  ['origin', [], 'must not be an empty list'],
  ['ssl', VALUE, 'must be true or false'],
  ['token', '', 'must be a string that is not empty'],
  ['token', OBJECT, 'must be a string that is not empty'],
  ['secretKey', '', 'must be a string that is not empty'],
  ['cipherKey', OBJECT, 'must be a string that is not empty'],
  ['cryptoModule', OBJECT, 'must have a method encrypt()'],
  ['filterExpression', 1, 'must be a string that is not empty'],
  ['authKey', 0, 'must be a string that is not empty'],
  ['reconnectionPolicy', VALUE, 'must be NONE, LINEAR, EXPONENTIAL or an object'],
  ['reconnectionPolicy', OBJECT, 'an object with delay(attempt)'],
  ['reconnectionPolicy', { delay: () => 1, minimumDelay: 0 }, 'must have a minimumDelay above zero'],
  ['reconnectionPolicy', { delay: () => 1, minimumDelay: Number.NaN }, 'must have a minimumDelay above zero'],
  [
    'reconnectionPolicy',
    { delay: () => 1, maximumDelay: 10 },
    'must have a maximumDelay of at least its minimumDelay',
  ],
  ['reconnectionPolicy', { delay: () => 1, maximumRetries: -1 }, 'must have maximumRetries of zero or more'],
  [
    'reconnectionPolicy',
    { delay: () => 1, maximumRetries: Number.NaN },
    'must have maximumRetries of zero or more',
  ],
  ['presenceTimeout', 19, 'must be from 20 to 320 seconds'],
  ['presenceTimeout', 321, 'must be from 20 to 320 seconds'],
  ['presenceTimeout', '300', 'must be from 20 to 320 seconds'],
  ['heartbeatInterval', -1, 'must be from 0 to 3600 seconds'],
  ['heartbeatInterval', Number.NaN, 'must be from 0 to 3600 seconds'],
  ['heartbeatInterval', 300, 'must be below the presence timeout of 300 seconds'],
  ['announceSuccessfulHeartbeats', 1, 'must be true or false'],
  ['announceFailedHeartbeats', 'yes', 'must be true or false'],
  ['suppressLeaveEvents', null, 'must be true or false'],
  ['restore', 1, 'must be true or false'],
  ['retries', 1.5, 'must be a whole number, zero or more'],
  ['leaveOnPageHide', 'yes', 'must be true or false'],
  ['maintainPresenceState', 0, 'must be true or false'],
  ['transactionalRequestTimeout', 0, 'must be from 0.001 to 299 seconds'],
  ['transactionalRequestTimeout', Number.POSITIVE_INFINITY, 'must be from 0.001 to 299 seconds'],
  ['subscribeRequestTimeout', 300, 'must be from 0.001 to 299 seconds'],
  ['fileRequestTimeout', 0, 'must be from 0.001 to Infinity seconds'],
  ['fileUploadPublishRetryLimit', 101, 'must be from 1 to 100 attempts'],
  ['useRequestId', 'true', 'must be true or false'],
  ['useInstanceId', 1, 'must be true or false'],
  ['idempotentPublishing', 1, 'must be true or false'],
  ['dedupeOnSubscribe', 1, 'must be true or false'],
  ['maximumCacheSize', 0, 'must be from 1 to 1000000 entries'],
  ['requestMessageCountThreshold', 0, 'must be from 1 to 1000000 entries'],
  ['liveRetention', 0, 'must be from 1 to'],
  ['recovery', 'always', 'must be "none" or "history"'],
  // Which texts it may be is the feature's business.
  ['receive', 1, 'must be a string that is not empty'],
  ['listenToBrowserNetworkEvents', 'no', 'must be true or false'],
  ['logger', 'console', 'must be an object'],
  ['fetch', OBJECT, 'must be a function'],
  ['transport', {}, 'must be a function'],
  ['clock', { now: () => 1 }, 'must have a method setTimeout()'],
  ['clock', null, 'must have a method now()'],
  ['random', 0.5, 'must be a function'],
  ['networkEvents', OBJECT, 'must be a function'],
  ['pageEvents', OBJECT, 'must be a function'],
  ['freezePayloads', 1, 'must be true or false'],
  ['onDelivered', {}, 'must be a function'],
];

describe('a wrong option', () => {
  it.each(WRONG)('%s: %j is refused in words of its own, which do not repeat it', (option, value, text) => {
    const error = refusal({ ...REQUIRED, [option]: value });
    expect(error).toMatchObject({
      code: 'PN-1007',
      category: 'PNValidationErrorCategory',
      delivery: 'not-sent',
    });
    expect(error.message).toContain(`"${option}"`);
    expect(error.message).toContain(text);
    expect(JSON.stringify(error)).not.toContain(VALUE);
  });

  it('has a check for each option there is', () => {
    const named = new Set(WRONG.map(([option]) => option));
    const options = membersOf('src/client/config', 'PubNubOptions').map(({ name }) => name);
    expect(options.filter((option) => !named.has(option))).toEqual([]);
  });

  it.each([
    [{ userId: 'alice' }, 'The option "subscribeKey" is missing'],
    [{ subscribeKey: 'demo' }, 'The option "userId" is missing'],
    [{ ...REQUIRED, uuid: 'bob' }, 'The options "userId" and "uuid" differ'],
    [
      { ...REQUIRED, leaveOnPageHide: true, suppressLeaveEvents: true },
      'Only one of the options "leaveOnPageHide" and "suppressLeaveEvents" can be true',
    ],
    [{ ...REQUIRED, heartbeat: 1 }, '"heartbeat" is no option.'],
    [{ ...REQUIRED, filterExpresion: 'x' }, 'is no option; did you mean "filterExpression"?'],
    [{ ...REQUIRED, toString: 1 }, '"toString" is no option'],
    [{ ...REQUIRED, presenceTimeout: 60, heartbeatInterval: 60 }, 'below the presence timeout of 60 seconds'],
    [{ ...REQUIRED, fetch, transport: () => undefined }, 'Only one of the options "fetch" and "transport"'],
    [undefined, 'The options must be an object'],
    [null, 'The options must be an object'],
    ['demo', 'The options must be an object'],
  ])('%o is refused', (options, text) => {
    expect(refusal(options).message).toContain(text);
  });

  it('is thrown by the constructor', () => {
    expect(() => new PubNub({ ...REQUIRED, subscribeKey: '' })).toThrow(
      expect.objectContaining({ code: 'PN-1007' }),
    );
  });
});

describe('the settings', () => {
  it('have defaults', () => {
    expect(settings()).toMatchObject({
      ...{
        subscribeKey: 'demo',
        publishKey: '',
        userId: 'alice',
        baseUrl: 'https://ps.pndsn.com',
        token: undefined,
      },
      ...{ presenceTimeoutSeconds: 300, heartbeatInterval: 0, requestTimeout: 15_000, pollTimeout: 290_000 },
      ...{ announceSuccessfulHeartbeats: false, announceFailedHeartbeats: true, suppressLeaveEvents: false },
      ...{ maintainPresenceState: true, useRequestId: true, dedupeEntries: 1_000, countThreshold: 100 },
      ...{ liveRetention: 600_000 },
    });
  });

  it('have the defaults that their comments name', () => {
    const named = membersOf('src/client/config', 'PubNubOptions').map(({ name, fallback }) => [
      name,
      fallback,
    ]);
    const plain = Object.entries(DEFAULTS).filter(([, value]) => /number|boolean/.test(typeof value));
    expect(Object.fromEntries(named)).toMatchObject(
      Object.fromEntries(plain.map(([name, value]) => [name, expect.stringContaining(String(value))])),
    );
  });

  it('are frozen', () => {
    expect(Object.isFrozen(settings())).toBe(true);
  });

  it('are a copy: changing the options later changes nothing', async () => {
    const options = { token: 'first', userId: 'alice' };
    const { requests, pubnub } = scriptedClient([{ body: '[1,"Sent","1"]' }], options);
    options.token = 'second';
    options.userId = 'bob';
    await pubnub.publish({ channel: 'a', message: 1 }).execute();
    expect(lineOf(requests[0]).query).toMatchObject({ auth: 'first', uuid: 'alice' });
  });

  it('take an option set to undefined for one left out', () => {
    const undefineds = Object.fromEntries(WRONG.map(([option]) => [option, undefined]));
    expect(JSON.stringify(settingsFrom({ ...undefineds, ...REQUIRED }, PubNub.features))).toBe(
      JSON.stringify(settings()),
    );
  });

  it.each([
    [{ token: 't' }, 't'],
    [{ authKey: 'a' }, 'a'],
    [{ token: 't', authKey: 'a' }, 't'],
  ])('know the token by both its names: %o', (options, token) => {
    expect(settings(options).token).toBe(token);
  });

  it.each([{ uuid: 'alice', userId: undefined }, { uuid: 'alice' }])(
    'know the user by both names: %o',
    (options) => {
      expect(settings(options).userId).toBe('alice');
    },
  );

  it.each([
    ['host', true, 'https://host'],
    ['host', false, 'http://host'],
    ['host:8090', false, 'http://host:8090'],
    ['host:443', true, 'https://host'],
    ['http://host:8090', true, 'http://host:8090'],
    ['https://host/', false, 'https://host'],
    ['127.0.0.1:1', false, 'http://127.0.0.1:1'],
    ['[::1]:8090', false, 'http://[::1]:8090'],
    ['EXAMPLE.com', true, 'https://example.com'],
  ])('turn the origin %s (ssl %s) into %s', (origin, ssl, baseUrl) => {
    expect(settings({ origin, ssl }).baseUrl).toBe(baseUrl);
  });

  it.each([
    [0, 'https://a'],
    [0.5, 'https://b'],
    [0.999, 'https://c'],
  ])('pick one origin of a list (%d)', (random, baseUrl) => {
    expect(settings({ origin: ['a', 'b', 'c'], random: () => random }).baseUrl).toBe(baseUrl);
  });

  it.each([
    [{}, 0],
    [{ presenceTimeout: 60 }, 29_000],
    [{ presenceTimeout: 300 }, 149_000],
    [{ presenceTimeout: 20 }, 9_000],
    [{ presenceTimeout: 60, heartbeatInterval: 10 }, 10_000],
    [{ presenceTimeout: 60, heartbeatInterval: 0 }, 0],
    [{ heartbeatInterval: 30 }, 30_000],
  ])('derive the heartbeat interval of %o', (options, interval) => {
    expect(settings(options).heartbeatInterval).toBe(interval);
  });

  it.each([
    [0.001, 1],
    [86_400 * 40, 3_456_000_000],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('take a file timeout of %d seconds as it is', (fileRequestTimeout, fileTimeout) => {
    expect(settings({ fileRequestTimeout }).fileTimeout).toBe(fileTimeout);
  });

  it('switch the search for copies off', () => {
    expect(settings({ dedupeOnSubscribe: false, maximumCacheSize: 5 }).dedupeEntries).toBe(0);
    expect(settings({ maximumCacheSize: 5 }).dedupeEntries).toBe(5);
  });
});

describe('the reconnection policy', () => {
  const delays = (policy: unknown, random: number) =>
    [1, 2, 3, 10].map((attempt) =>
      backoff(settings({ reconnectionPolicy: policy }).reconnection, { attempt, random }),
    );

  it('EXPONENTIAL doubles up to 150 seconds with full jitter above a second, without end', () => {
    expect(delays(PNReconnectionPolicy.EXPONENTIAL, 1)).toEqual([2_000, 4_000, 8_000, 150_000]);
    expect(delays(undefined, 0)).toEqual([1_000, 1_000, 1_000, 1_000]);
    expect(settings().reconnection.maximumRetries).toBe(Number.POSITIVE_INFINITY);
  });

  it('LINEAR stays between one and three seconds', () => {
    expect(delays('LINEAR', 1)).toEqual([3_000, 3_000, 3_000, 3_000]);
    expect(delays('LINEAR', 0)).toEqual([1_000, 1_000, 1_000, 1_000]);
  });

  it('NONE makes no attempt', () => {
    expect(settings({ reconnectionPolicy: 'NONE' }).reconnection.maximumRetries).toBe(0);
  });

  it('of a program is kept within its own limits', () => {
    const policy = {
      delay: (attempt: number) => attempt * 100,
      minimumDelay: 150,
      maximumDelay: 500,
      maximumRetries: 4,
    };
    expect(delays(policy, 1)).toEqual([150, 200, 300, 500]);
    expect(settings({ reconnectionPolicy: policy }).reconnection.maximumRetries).toBe(4);
  });

  it.each([Number.NaN, -1, Number.NEGATIVE_INFINITY])(
    'of a program that says %d waits the floor',
    (delay) => {
      expect(delays({ delay: () => delay }, 1)).toEqual([1_000, 1_000, 1_000, 1_000]);
    },
  );
});

describe('a runtime without WebCrypto', () => {
  it.each(['secretKey', 'cipherKey'])('is told of when the option %s needs it, and not before', (option) => {
    vi.stubGlobal('crypto', {});
    expect(() => settings()).not.toThrow();
    expect(() => settings({ [option]: 'a secret' })).toThrow('need WebCrypto');
  });
});
