import { type PubNub, PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../../scripts/docs-operations.ts';
import { CALL_OPTIONS, checkOptions, NO_OPTIONS } from '../../../src/client/builder/check-options.ts';
import { hangs, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

type Client = PubNub;
type Verb = (options: unknown) => Promise<unknown>;

/** A verb of a builder as JavaScript would call it, without the types. */
function verb(client: Client, operation: string, name: string): Verb {
  const builder: unknown = Reflect.apply(Reflect.get(client, operation), client, []);
  return async (options) => Reflect.apply(Reflect.get(Object(builder), name), builder, [options]);
}

const polyfill = { aborted: false, addEventListener: () => {}, removeEventListener: () => {} };

const WRONG: readonly (readonly [options: unknown, code: string, text: string])[] = [
  ['x', 'PN-1002', 'the options must be an object, not a string.'],
  [null, 'PN-1002', 'the options must be an object, not null.'],
  [7, 'PN-1002', 'the options must be an object, not a number.'],
  [() => undefined, 'PN-1002', 'the options must be an object, not a function.'],
  [new AbortController().signal, 'PN-1002', 'a signal is no options; give it as { signal }.'],
  [{ timeOut: 5 }, 'PN-1003', '"timeOut" is no option; did you mean "timeout"?'],
  [{ singal: undefined }, 'PN-1003', '"singal" is no option; did you mean "signal"?'],
  [{ toString: 1 }, 'PN-1003', '"toString" is no option.'],
  [['signal'], 'PN-1002', 'the options must be an object, not an array.'],
  ...[0, -1, Number.NaN, Number.NEGATIVE_INFINITY, '5', null].map(
    (timeout) =>
      [{ timeout }, 'PN-1002', 'the option "timeout" must be a number of milliseconds above 0'] as const,
  ),
  ...[{}, null, 'x', new AbortController(), { ...polyfill, aborted: 0 }].map(
    (signal) => [{ signal }, 'PN-1002', 'the option "signal" must be an AbortSignal.'] as const,
  ),
];

describe('the options of a call', () => {
  it.each(WRONG)('%o are refused: %s', (options, code, text) => {
    const refused = () => checkOptions('until', options, CALL_OPTIONS);
    expect(refused).toThrow(PubNubError);
    expect(refused).toThrow(
      expect.objectContaining({
        ...{ code, category: 'PNValidationErrorCategory', delivery: 'not-sent', operation: undefined },
        message: expect.stringContaining(`until: ${text}`),
      }),
    );
  });

  it.each([
    [undefined],
    [{}],
    [{ signal: undefined, timeout: undefined }],
    [{ timeout: Number.POSITIVE_INFINITY }],
    [{ timeout: 0.5 }],
    [{ signal: AbortSignal.abort() }],
  ])('may be %o', (options) => {
    expect(checkOptions('until', options, CALL_OPTIONS)).toEqual(options ?? {});
  });

  it('may hold a signal of another make, which is followed by one of the runtime', () => {
    const listeners: (() => void)[] = [];
    const signal = {
      ...polyfill,
      reason: 'enough',
      addEventListener: (_: string, f: () => void) => listeners.push(f),
    };
    const { signal: own } = checkOptions('until', { signal }, CALL_OPTIONS);
    expect([own instanceof AbortSignal, own?.aborted]).toEqual([true, false]);
    for (const listener of listeners) listener();
    expect([own?.aborted, own?.reason]).toEqual([true, 'enough']);
  });

  it('may hold a signal that throws: it throws here, or nowhere', () => {
    const fails = () => {
      throw new Error('mine');
    };
    const refused = () =>
      checkOptions('until', { signal: { ...polyfill, addEventListener: fails } }, CALL_OPTIONS);
    expect(refused).toThrow(expect.objectContaining({ code: 'PN-1002' }));
    const odd = Object.defineProperty(AbortSignal.abort(), 'reason', { get: fails });
    const { signal } = checkOptions('until', { signal: odd }, CALL_OPTIONS);
    expect([signal?.aborted, signal?.reason]).toEqual([true, new Error('mine')]);
  });

  it('that a prototype holds are checked as well, as they are used as well', () => {
    const refused = () => checkOptions('until', Object.create({ timeout: 0 }), CALL_OPTIONS);
    expect(refused).toThrow('the option "timeout" must be');
  });

  it('are none where there are none', () => {
    expect(checkOptions('x', {}, NO_OPTIONS)).toEqual({});
    expect(() => checkOptions('x', { timeout: 5 }, NO_OPTIONS)).toThrow('"timeout" is no option.');
  });
});

describe('each verb of each operation', () => {
  const operations = Object.keys(OPERATIONS);

  it.each(operations)('%s refuses options that cannot be, and sends nothing', async (operation) => {
    const { pubnub, requests } = scriptedClient([hangs]);
    const verbs = ['execute', 'request', 'pages'].filter((name) => {
      const builder: unknown = Reflect.apply(Reflect.get(pubnub, operation), pubnub, []);
      return name in Object(builder);
    });
    expect(verbs).toContain('execute');
    for (const name of verbs.filter((each) => each !== 'pages')) {
      const call = verb(pubnub, operation, name);
      for (const options of ['x', null, { timeOut: 5 }]) {
        expect(await rejection(call(options))).toMatchObject({
          category: 'PNValidationErrorCategory',
          message: expect.stringMatching(/^PN\w+: (the options must be|"timeOut" is no option)/),
        });
      }
    }
    await settle();
    expect(requests).toHaveLength(0);
  });

  it('tells of them in the status of envelope()', async () => {
    const { pubnub, requests } = scriptedClient([SENT]);
    const call = verb(pubnub, 'time', 'envelope');
    for (const [options, code] of WRONG) {
      expect(await call(options)).toMatchObject({
        status: { isError: true, operation: 'PNTimeOperation', errorData: { code } },
      });
    }
    expect(requests).toHaveLength(0);
  });

  it('tells of them with the first page of pages()', async () => {
    const { pubnub, requests } = scriptedClient([hangs]);
    const pages = pubnub.hereNow().channels('a').pages({ timeout: 0 });
    expect(await rejection(pages.next())).toMatchObject({ code: 'PN-1002', operation: 'PNHereNowOperation' });
    expect(requests).toHaveLength(0);
  });

  it('throws at once where subscribe() does, and adds no name', () => {
    const { pubnub } = scriptedClient([hangs]);
    const builder = pubnub.subscribe().channels('a');
    expect(() => Reflect.apply(builder.execute, builder, ['x'])).toThrow(
      expect.objectContaining({ code: 'PN-1002', operation: 'PNSubscribeOperation' }),
    );
    expect(pubnub.subscribedChannels).toEqual([]);
  });

  it('takes a progress handler where a file moves, and only there', async () => {
    const { pubnub } = scriptedClient([hangs]);
    const options = { onProgress: 7 };
    expect(await rejection(verb(pubnub, 'downloadFile', 'execute')(options))).toMatchObject({
      message: expect.stringContaining('the option "onProgress" must be a function.'),
    });
    expect(await rejection(verb(pubnub, 'time', 'execute')(options))).toMatchObject({
      message: expect.stringContaining('"onProgress" is no option.'),
    });
  });
});

describe('a timeout of Infinity', () => {
  it('is no limit: the call waits for as long as it takes', async () => {
    let answer = () => {};
    const { pubnub, clock } = scriptedClient([
      () =>
        new Promise((resolve) => {
          answer = () => resolve({ body: '[17]' });
        }),
    ]);
    const call = pubnub.time().execute({ timeout: Number.POSITIVE_INFINITY });
    await clock.advance(3_600_000);
    expect(clock.pending).toBe(0);
    answer();
    expect(await call).toEqual({ timetoken: '17' });
  });
});
