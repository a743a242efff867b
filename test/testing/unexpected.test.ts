import { PubNub } from 'timetoken';
import { createTestNetwork, type OperationName, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { CALLS, type Call } from '../support/testing-calls.ts';

const calls = Object.entries(CALLS) as [OperationName, Call][];

function operationsOf(network: TestNetwork): readonly string[] {
  return [...new Set(network.transcript().map(({ operation }) => operation))];
}

/** Ends a network; returns what it reports, without the transcript. */
async function reportOf(network: TestNetwork): Promise<string | undefined> {
  const error = await network.close().then(undefined, (reason: Error) => reason);
  return error?.message.split('\n\n')[0];
}

// No test here moves time.
describe('an operation that is not expected', () => {
  it.each(calls)('fails at once, and its error says so: %s', async (_name, call) => {
    const network = createTestNetwork({ operations: [] });
    const error = await call(network.client('alice'))
      .envelope()
      .then(({ status }) => Object(status).errorData ?? Object(status));
    const [request, ...others] = network.transcript();
    const text = `Unexpected request of alice: ${request?.operation} (`;
    expect([others.length, JSON.stringify(error)]).toEqual([0, expect.stringContaining(text)]);
    expect(await reportOf(network)).toContain(text);
  });

  it('rejects with an error that no client repeats, and that names it', async () => {
    const network = createTestNetwork({ operations: ['publish'] });
    await expect(network.client('alice').time().execute()).rejects.toMatchObject({
      ...{ code: 'PN-3001', retryable: false, statusCode: 400 },
      message: expect.stringContaining(
        '"Unexpected request of alice: time (GET /time/0). Expected: publish."',
      ),
    });
    expect(network.transcript().map(({ outcome }) => outcome)).toEqual(['400']);
    expect(await reportOf(network)).toContain('- Unexpected request of alice: time (GET /time/0).');
  });

  it('refuses a subscription, which is not asked for again', async () => {
    const network = createTestNetwork({ operations: ['publish'] });
    const pubnub = network.client('alice');
    const connecting = pubnub.subscribe().channels('room').execute().connected();
    await expect(connecting).rejects.toThrow('Unexpected request of alice: subscribe (');
    await network.clock.advance(60_000);
    expect(network.transcript()).toHaveLength(1);
    await reportOf(network);
  });

  it('is refused in the same way on a port', async () => {
    const network = createTestNetwork({ operations: ['publish'] });
    const { url } = await network.listen();
    const pubnub = new PubNub({ subscribeKey: 'demo', origin: url, userId: 'alice' });
    await expect(pubnub.time().execute()).rejects.toThrow('Unexpected request of alice: time (GET /time/0).');
    await pubnub.close();
    await reportOf(network);
  });
});

describe('an operation that is expected', () => {
  it('may leave, and send heartbeats, when it is subscribe', async () => {
    const network = createTestNetwork({ operations: ['subscribe'] });
    const pubnub = network.client('alice', { heartbeatInterval: 30 });
    await pubnub.subscribe().channels('room').execute().connected();
    await network.clock.advance(40_000);
    await pubnub.close();
    expect(operationsOf(network)).toEqual(['subscribe', 'heartbeat', 'leave']);
    expect(await reportOf(network)).toBeUndefined();
  });

  it('may leave when the network closes its clients', async () => {
    const network = createTestNetwork({ operations: ['subscribe'] });
    await network.client('alice').subscribe().channels('room').execute().connected();
    expect(await reportOf(network)).toBeUndefined();
  });

  it('may upload and announce a file, when it is sendFile', async () => {
    const network = createTestNetwork({ operations: ['sendFile'] });
    await network.client('alice').sendFile({ channel: 'room', file: 'x', fileName: 'x.txt' }).execute();
    expect(operationsOf(network)).toEqual(['sendFile', 'uploadFile', 'publishFileMessage']);
    expect(await reportOf(network)).toBeUndefined();
  });

  it('may read the bytes of a file, when it is downloadFile', async () => {
    const network = createTestNetwork({ operations: ['sendFile', 'downloadFile'] });
    const alice = network.client('alice');
    const { id, name } = await alice
      .sendFile({ channel: 'room', file: 'bytes', fileName: 'x.txt' })
      .execute();
    const file = await alice.downloadFile({ channel: 'room', fileId: id, fileName: name }).execute();
    expect([await file.text(), operationsOf(network).at(-1)]).toEqual(['bytes', 'fileBytes']);
    expect(await reportOf(network)).toBeUndefined();
  });

  it('may do nothing else', async () => {
    const network = createTestNetwork({ operations: ['sendFile'] });
    await network.client('alice').publish({ channel: 'room', message: 1 }).envelope();
    expect(await reportOf(network)).toContain('Unexpected request of alice: publish (');
  });
});
