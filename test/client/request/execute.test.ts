import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Answer, hangs, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

const TIME: Answer = { body: '[16000000000000001]' };
const OK = { timetoken: '16000000000000001' };
const publish = (pubnub: ReturnType<typeof scriptedClient>['pubnub']) =>
  pubnub.publish({ channel: 'a', message: 1 });

describe('a deadline', () => {
  it('ends each attempt after the time of the client, even of a transport that heeds no signal', async () => {
    const { pubnub, clock, requests } = scriptedClient([hangs], { transactionalRequestTimeout: 2 });
    const error = rejection(publish(pubnub).execute());
    await clock.advance(1_999);
    expect(requests[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(await error).toMatchObject({
      code: 'PN-2002',
      delivery: 'unknown',
      operation: 'PNPublishOperation',
    });
    expect(clock.pending).toBe(0);
  });

  it('may be set for one call, in milliseconds', async () => {
    const { pubnub, clock } = scriptedClient([hangs]);
    const error = rejection(publish(pubnub).execute({ timeout: 50 }));
    await clock.advance(50);
    expect(await error).toMatchObject({ code: 'PN-2002', message: expect.stringContaining('50 ms') });
  });

  it('counts for each attempt anew', async () => {
    const { pubnub, clock, requests } = scriptedClient([hangs, hangs, TIME], {
      transactionalRequestTimeout: 2,
    });
    const call = pubnub.time().execute();
    await clock.advance(30_000);
    expect(await call).toEqual(OK);
    expect(requests).toHaveLength(3);
  });

  it('leaves no timer behind after an answer', async () => {
    const { pubnub, clock } = scriptedClient();
    await publish(pubnub).execute();
    expect(clock.pending).toBe(0);
  });
});

describe("the caller's signal", () => {
  it('ends a call under way, and is told what became of it', async () => {
    const { pubnub, requests, clock } = scriptedClient([hangs]);
    const controller = new AbortController();
    const error = rejection(publish(pubnub).execute({ signal: controller.signal }));
    await settle();
    controller.abort(new Error('enough'));
    expect(await error).toMatchObject({
      ...{
        code: 'PN-2003',
        category: 'PNCancelledCategory',
        delivery: 'unknown',
        operation: 'PNPublishOperation',
      },
      cause: { message: 'enough' },
    });
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('that is aborted already sends nothing', async () => {
    const { pubnub, requests } = scriptedClient();
    const error = await rejection(publish(pubnub).execute({ signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'PN-2003', delivery: 'not-sent' });
    expect(requests).toHaveLength(0);
  });

  it('ends the pause before the next attempt', async () => {
    const { pubnub, requests, clock } = scriptedClient([{ status: 500 }]);
    const controller = new AbortController();
    const error = rejection(pubnub.time().execute({ signal: controller.signal }));
    await settle();
    controller.abort();
    expect(await error).toMatchObject({ code: 'PN-2003' });
    await clock.advance(60_000);
    expect(requests).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('keeps no listener of a call that has ended', async () => {
    const { pubnub, clock } = scriptedClient([SENT, { status: 400 }, { status: 500 }, TIME]);
    const { signal } = new AbortController();
    await publish(pubnub).execute({ signal });
    await rejection(publish(pubnub).execute({ signal }));
    const retried = pubnub.time().execute({ signal });
    await clock.advance(10_000);
    await retried;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('close()', () => {
  it('ends a call under way, and says that nobody knows whether it was sent', async () => {
    const { pubnub, requests, clock } = scriptedClient([hangs]);
    const error = rejection(publish(pubnub).execute());
    await settle();
    await pubnub.close();
    expect(await error).toMatchObject({
      ...{
        code: 'PN-2004',
        category: 'PNCancelledCategory',
        delivery: 'unknown',
        operation: 'PNPublishOperation',
      },
    });
    expect(requests[0]?.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('ends the pause before the next attempt', async () => {
    const { pubnub, requests, clock } = scriptedClient([{ status: 500 }]);
    const error = rejection(pubnub.time().execute());
    await settle();
    await pubnub.close();
    expect(await error).toMatchObject({ code: 'PN-2004', operation: 'PNTimeOperation' });
    await clock.advance(60_000);
    expect(requests).toHaveLength(1);
  });

  it('refuses later calls, which send nothing', async () => {
    const { pubnub, requests } = scriptedClient();
    await pubnub.close();
    expect(await rejection(publish(pubnub).execute())).toMatchObject({
      code: 'PN-2004',
      delivery: 'not-sent',
    });
    expect(await rejection(publish(pubnub).request())).toMatchObject({ code: 'PN-2004' });
    expect(await publish(pubnub).envelope()).toMatchObject({
      status: { category: 'PNCancelledCategory', isError: true },
    });
    expect(requests).toHaveLength(0);
  });
});
