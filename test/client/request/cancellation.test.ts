import { describe, expect, test } from 'vitest';
import { PubNubError } from '../../../src/client/errors/pubnub-error.ts';
import { Cancellation, type Limits } from '../../../src/client/request/cancellation.ts';
import { steadyClock } from '../../../src/client/runtime/steady-clock.ts';
import { RuntimeClock } from '../../support/runtime-clock.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

const CLOSED = new PubNubError('PN-2004', 'Closed.');
const limits = (signal?: AbortSignal): Limits => ({
  timeout: 1_000,
  onTimeout: () => new PubNubError('PN-2002', 'Too late.'),
  signal,
  onAbort: (cause) => new PubNubError('PN-2003', 'Aborted.', { cause }),
});

/** Work that never ends by itself, and takes no notice of its signal. */
function endless(cancellation: Cancellation, signal?: AbortSignal) {
  const seen: { signal?: AbortSignal } = {};
  const work = cancellation.run(limits(signal), (own) => {
    seen.signal = own;
    return new Promise<never>(() => {});
  });
  return { work, seen };
}

describe('work that can be cancelled', () => {
  test('settles as it does by itself, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const cancellation = new Cancellation(clock);
    expect(await cancellation.run(limits(), async () => 7)).toBe(7);
    const failed = cancellation.run(limits(), () => Promise.reject(new Error('own')));
    await expect(failed).rejects.toThrow('own');
    expect(clock.pending).toBe(0);
  });

  test.each([
    ['its deadline', 'PN-2002', async ({ clock }: Ways) => clock.advance(1_000)],
    ['the caller', 'PN-2003', async ({ caller }: Ways) => caller.abort('enough')],
    ['the end of the client', 'PN-2004', async ({ cancellation }: Ways) => cancellation.cancelAll(CLOSED)],
  ])('is ended by %s, at once, though it takes no notice', async (_, code, end) => {
    const clock = new VirtualClock();
    const cancellation = new Cancellation(clock);
    const caller = new AbortController();
    const { work, seen } = endless(cancellation, caller.signal);
    const ended = expect(work).rejects.toMatchObject({ code });
    await end({ clock, cancellation, caller });
    await ended;
    expect(seen.signal?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  test('has no deadline where that is Infinity, and holds no timer for it', async () => {
    const runtime = new RuntimeClock();
    const cancellation = new Cancellation(steadyClock(runtime));
    const { promise, resolve } = Promise.withResolvers<number>();
    const work = cancellation.run({ ...limits(), timeout: Number.POSITIVE_INFINITY }, () => promise);
    await runtime.time.advance(10 * 86_400_000);
    expect(runtime.delays).toEqual([]);
    resolve(7);
    expect(await work).toBe(7);
  });

  test('is ended by a deadline that is longer than the timers of a runtime, in its time', async () => {
    const runtime = new RuntimeClock();
    const cancellation = new Cancellation(steadyClock(runtime));
    const forever = () => new Promise<never>(() => {});
    let ended: unknown;
    cancellation.run({ ...limits(), timeout: 30 * 86_400_000 }, forever).catch((error: unknown) => {
      ended = error;
    });
    await runtime.time.advance(30 * 86_400_000 - 1);
    expect(ended).toBe(undefined);
    await runtime.time.advance(1);
    expect(ended).toMatchObject({ code: 'PN-2002' });
    expect(runtime.time.pending).toBe(0);
  });

  test('hands the reason of the caller on', async () => {
    const caller = new AbortController();
    const { work } = endless(new Cancellation(new VirtualClock()), caller.signal);
    caller.abort('enough');
    await expect(work).rejects.toMatchObject({ cause: 'enough' });
  });

  test('does not begin when the caller has given up already', async () => {
    const { work, seen } = endless(new Cancellation(new VirtualClock()), AbortSignal.abort('before'));
    await expect(work).rejects.toMatchObject({ code: 'PN-2003', cause: 'before' });
    expect(seen.signal).toBe(undefined);
  });

  test('does not begin when everything has ended: a retry would outlive its client', async () => {
    const clock = new VirtualClock();
    const cancellation = new Cancellation(clock);
    cancellation.cancelAll(CLOSED);
    const { work, seen } = endless(cancellation);
    await expect(work).rejects.toBe(CLOSED);
    await expect(cancellation.sleep(1_000, {})).rejects.toBe(CLOSED);
    expect(seen.signal).toBe(undefined);
    expect(clock.pending).toBe(0);
  });

  test('is not touched by the end of another', async () => {
    const clock = new VirtualClock();
    const cancellation = new Cancellation(clock);
    const [one, two] = [new AbortController(), new AbortController()];
    const first = endless(cancellation, one.signal);
    const second = endless(cancellation, two.signal);
    one.abort();
    await expect(first.work).rejects.toMatchObject({ code: 'PN-2003' });
    await settle(1);
    expect(second.seen.signal?.aborted).toBe(false);
    two.abort();
    await expect(second.work).rejects.toMatchObject({ code: 'PN-2003' });
  });
});

describe('a pause', () => {
  test('takes its time on the given clock', async () => {
    const clock = new VirtualClock();
    let over = false;
    const pause = new Cancellation(clock).sleep(500, {}).then(() => {
      over = true;
    });
    await clock.advance(499);
    expect(over).toBe(false);
    await clock.advance(1);
    await pause;
  });

  test('ends with its caller, and leaves no timer', async () => {
    const clock = new VirtualClock();
    const caller = new AbortController();
    const pause = new Cancellation(clock).sleep(500, limits(caller.signal));
    caller.abort();
    await expect(pause).rejects.toMatchObject({ code: 'PN-2003' });
    expect(clock.pending).toBe(0);
  });
});

interface Ways {
  readonly clock: VirtualClock;
  readonly cancellation: Cancellation;
  readonly caller: AbortController;
}
