import { aesCbcCryptoModule, type PubNub, PubNubError, type PubNubOptions, type Transport } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { fails, hangs, networkError, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';

const CALL = { timeout: 1_000 };
const FILE = { channel: 'a', fileId: 'x', fileName: 'x' } as const;
const STORE = 'https://store.example/bucket?signature=x';
const ANNOUNCEMENT = JSON.stringify({
  data: { id: 'x', name: 'x' },
  file_upload_request: { url: STORE, form_fields: [] },
});

// They lead to a store, which is silent.
const leading: Transport = async ({ url }) => {
  if (url === STORE) return new Promise<never>(() => undefined);
  return { status: 307, headers: new Headers({ location: STORE }), body: '' };
};
const announcing: Transport = async ({ url }) => {
  if (url === STORE) return new Promise<never>(() => undefined);
  return { status: 200, headers: new Headers(), body: ANNOUNCEMENT };
};

const unavailable = { status: 503, body: '{}' };

/** Makes a call with a timeout; the error, and how long it took on the virtual clock. */
async function failureOf(
  client: ReturnType<typeof scriptedClient>,
  call: (pubnub: typeof client.pubnub) => Promise<unknown>,
) {
  const { pubnub, clock } = client;
  const begun = clock.now();
  let took = 0;
  const error = rejection(call(pubnub)).finally(() => {
    took = clock.now() - begun;
  });
  for (let step = 0; step < 200; step++) await clock.advance(100);
  const failure = await error;
  await client.close();
  if (!PubNubError.is(failure)) throw new Error('a foreign error');
  return { failure, took };
}

describe('the timeout of a call', () => {
  it('is for the whole call: an attempt that hangs after a failed one gets what is left', async () => {
    const client = scriptedClient([fails(networkError('ECONNREFUSED')), hangs]);
    const { failure, took } = await failureOf(client, (pubnub) => pubnub.time().execute({ timeout: 1_000 }));
    expect(client.requests).toHaveLength(2);
    expect([failure.code, took]).toEqual(['PN-2002', 1_000]);
    expect(failure.message).toContain('no answer from http://localhost within 1000 ms');
  });

  it('ends a call with its last failure when there is no time for the next attempt', async () => {
    const client = scriptedClient([unavailable]);
    const { failure, took } = await failureOf(client, (pubnub) => pubnub.time().execute({ timeout: 150 }));
    // 100 ms are the shortest pause, after which there is time for one more.
    expect(client.requests).toHaveLength(2);
    expect([failure.code, took]).toEqual(['PN-3006', 100]);
  });

  it('may be longer than that of an attempt', async () => {
    const client = scriptedClient([hangs]);
    const { failure, took } = await failureOf(client, (pubnub) => pubnub.time().execute({ timeout: 18_000 }));
    expect([failure.code, took, client.requests.length]).toEqual(['PN-2002', 18_000, 1]);
  });

  it('includes the wait for a token', async () => {
    const clockBound = { later: (_: () => void) => undefined as unknown };
    const client = scriptedClient([hangs], {
      token: () => new Promise((resolve) => clockBound.later(() => resolve('token'))),
    });
    clockBound.later = (done) => client.clock.setTimeout(done, 600);
    const { failure, took } = await failureOf(client, (pubnub) => pubnub.time().execute({ timeout: 1_000 }));
    expect([failure.code, took, client.requests.length]).toEqual(['PN-2002', 1_000, 1]);
  });

  it.each<readonly [string, Partial<PubNubOptions>, (pubnub: PubNub) => Promise<unknown>, string]>([
    ['a server', {}, (pubnub) => pubnub.time().execute(CALL), 'http://localhost'],
    ['a download', {}, (pubnub) => pubnub.downloadFile(FILE).execute(CALL), 'http://localhost'],
    [
      'what a download is led to',
      { transport: leading },
      (pubnub) => pubnub.downloadFile(FILE).execute(CALL),
      'https://store.example',
    ],
    [
      'an upload',
      { transport: announcing },
      (pubnub) => pubnub.sendFile({ channel: 'a', file: 'x', fileName: 'x' }).execute(CALL),
      'https://store.example',
    ],
    [
      'a token provider',
      { token: () => new Promise<string>(() => undefined) },
      (pubnub) => pubnub.publish({ channel: 'a', message: 1 }).execute(CALL),
      'the token provider',
    ],
    [
      'a token provider, for a download',
      { token: () => new Promise<string>(() => undefined) },
      (pubnub) => pubnub.downloadFile(FILE).execute(CALL),
      'the token provider',
    ],
    [
      'a crypto module',
      {
        cryptoModule: {
          ...aesCbcCryptoModule({ cipherKey: 'k' }),
          encrypt: () => new Promise(() => undefined),
        },
      },
      (pubnub) => pubnub.publish({ channel: 'a', message: 1 }).execute(CALL),
      'the crypto module',
    ],
    [
      'a source that stalls',
      {},
      (pubnub) => pubnub.sendFile({ channel: 'a', file: new ReadableStream(), fileName: 'x' }).execute(CALL),
      'the source of the file',
    ],
  ])('names who was waited for: %s', async (_name, options, call, from) => {
    const { failure } = await failureOf(scriptedClient([hangs], options), call);
    expect(failure.message).toContain(`failed: no answer from ${from} within 1000 ms`);
  });

  it('that passes while a publish waits for its token or a pause leaves it unsent', async () => {
    const waiting = scriptedClient([SENT], { token: () => new Promise<string>(() => undefined) });
    const first = await failureOf(waiting, (pubnub) =>
      pubnub.publish({ channel: 'a', message: 1 }).execute({ timeout: 1_000 }),
    );
    expect([first.failure.code, first.failure.delivery, first.took]).toEqual(['PN-2002', 'not-sent', 1_000]);
    const refused = scriptedClient([fails(networkError('ECONNREFUSED'))]);
    const second = await failureOf(refused, (pubnub) =>
      pubnub.publish({ channel: 'a', message: 1 }).execute({ timeout: 50 }),
    );
    expect([second.failure.code, second.failure.delivery, second.took]).toEqual(['PN-2001', 'not-sent', 0]);
  });

  it('is for all requests of sendFile() together', async () => {
    const announced = {
      body: JSON.stringify({
        data: { id: 'i', name: 'n' },
        file_upload_request: { url: 'http://bucket/', form_fields: [] },
      }),
    };
    const late = (ms: number, answer: object) => () =>
      new Promise<object>((resolve) => client.clock.setTimeout(() => resolve(answer), ms));
    const client: ReturnType<typeof scriptedClient> = scriptedClient([
      late(400, announced),
      late(400, { status: 204 }),
      hangs,
    ]);
    const { failure, took } = await failureOf(client, (pubnub) =>
      pubnub.sendFile({ channel: 'a', file: 'x', fileName: 'n' }).execute({ timeout: 1_000 }),
    );
    expect([failure.code, took, client.requests.length]).toEqual(['PN-2002', 1_000, 3]);
  });

  it('is for each page of a walk', async () => {
    const client = scriptedClient([hangs]);
    const { failure, took } = await failureOf(client, (pubnub) =>
      pubnub.listFiles().channel('a').pages({ timeout: 1_000 }).next(),
    );
    expect([failure.code, took]).toEqual(['PN-2002', 1_000]);
  });
});

describe('a call without a timeout', () => {
  it('has the time of the client for each attempt', async () => {
    const client = scriptedClient([hangs], { transactionalRequestTimeout: 2 });
    const { failure, took } = await failureOf(client, (pubnub) => pubnub.time().execute());
    expect([failure.code, client.requests.length]).toEqual(['PN-2002', 4]);
    expect(took).toBeGreaterThanOrEqual(8_000);
    expect(failure.message).toContain('within 2000 ms');
  });
});
