import { PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import {
  fails,
  networkError,
  rejection,
  SENT,
  type Step,
  scriptedClient,
} from '../../support/unit-client.ts';

const OK = { timetoken: '16000000000000001' };
const publish = (pubnub: ReturnType<typeof scriptedClient>['pubnub']) =>
  pubnub.publish({ channel: 'a', message: 1 });

describe('envelope()', () => {
  it('tells of a success with its result', async () => {
    const { pubnub } = scriptedClient();
    expect(await publish(pubnub).envelope()).toEqual({
      result: OK,
      status: expect.objectContaining({
        ...{
          category: 'PNAcknowledgmentCategory',
          operation: 'PNPublishOperation',
          isError: false,
          statusCode: 200,
        },
      }),
    });
  });

  it('tells the status that a success was answered with', async () => {
    const { pubnub } = scriptedClient([{ ...SENT, status: 202 }]);
    const { status } = await publish(pubnub).envelope();
    expect(status).toMatchObject({ isError: false, statusCode: 202, errorData: undefined });
  });

  it('tells what failed beside a success, without making a failure of it', async () => {
    const { pubnub } = scriptedClient([{ ...SENT, status: 207 }]);
    const { result, status } = await publish(pubnub).envelope();
    expect(result).toEqual(OK);
    expect(status).toMatchObject({ category: 'PNAcknowledgmentCategory', isError: false, statusCode: 207 });
    expect(PubNubError.is(status.errorData)).toBe(true);
  });

  it.each<readonly [string, Step, object]>([
    [
      'a refusal',
      { status: 403, body: '{"message":"Forbidden","payload":{"channels":["a"]},"error":true,"status":403}' },
      { category: 'PNAccessDeniedCategory', statusCode: 403, affectedChannels: ['a'] },
    ],
    [
      'a failure',
      fails(networkError('ECONNRESET')),
      { category: 'PNNetworkIssuesCategory', statusCode: undefined },
    ],
  ])('never rejects: %s', async (_name, step, status) => {
    const { pubnub } = scriptedClient([step]);
    const envelope = await publish(pubnub).envelope();
    expect(envelope).not.toHaveProperty('result');
    expect(envelope.status).toMatchObject({ isError: true, operation: 'PNPublishOperation', ...status });
    expect(PubNubError.is(envelope.status.errorData)).toBe(true);
  });

  it('never rejects: a parameter is wrong', async () => {
    const { pubnub } = scriptedClient();
    const { status } = await pubnub.publish({ channel: 'a,b', message: 1 }).envelope();
    expect(status).toMatchObject({ category: 'PNValidationErrorCategory', isError: true });
  });
});

describe('request()', () => {
  it('is what execute() would send, token included, and is not sent', async () => {
    const { pubnub, requests } = scriptedClient([SENT], { token: 'tok' });
    const builder = pubnub.publish({ channel: 'a b', message: { x: 'y'.repeat(20_000) } });
    const request = await builder.request();
    expect(requests).toHaveLength(0);
    await builder.execute();
    expect(requests[0]).toMatchObject({
      method: request.method,
      url: request.url,
      body: await request.text(),
    });
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(request.url).toContain('auth=tok');
  });

  it('rejects where execute() would', async () => {
    const { pubnub } = scriptedClient();
    expect(await rejection(pubnub.publish({ channel: '', message: 1 }).request())).toMatchObject({
      code: 'PN-1002',
    });
  });
});
