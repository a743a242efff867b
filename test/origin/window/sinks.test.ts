import { describe, expect, test } from 'vitest';
import { resolveLimits } from '../../../src/origin/limits.ts';
import type { Batch } from '../../../src/origin/window/batch.ts';
import { type End, Parked, type ParkedOptions, type Sink } from '../../../src/origin/window/parked.ts';
import type { Window } from '../../../src/origin/window/window.ts';
import { openWindow, pollOf, stampsIn, subscriptionTo } from '../../support/origin-window.ts';
import { settle } from '../../support/virtual-clock.ts';

/** A sink that takes many batches, as long as its reader is ready. */
class Stream implements Sink {
  isReady = true;
  readonly batches: Batch[] = [];
  readonly ends: [End, string][] = [];
  readonly failures: unknown[] = [];
  /** Called with each batch: `false` when it has enough. */
  onBatch: (batch: Batch) => boolean = () => true;

  get stamps(): readonly string[] {
    return this.batches.flatMap(stampsIn);
  }

  take(batch: Batch): boolean {
    this.batches.push(batch);
    return this.onBatch(batch);
  }

  end(end: End, cursor: string): void {
    this.ends.push([end, cursor]);
  }

  fail(error: unknown): void {
    this.failures.push(error);
  }
}

function streamOf(window: Window, names: readonly string[], options: Partial<ParkedOptions> = {}) {
  const sink = new Stream();
  const parked = new Parked({
    subscription: subscriptionTo(names),
    cursor: window.position,
    holdMs: Number.POSITIVE_INFINITY,
    sink,
    ...options,
  });
  window.park(parked);
  return { sink, parked };
}

describe('a sink that takes many batches', () => {
  test('gets each entry once, and its cursor moves on', async () => {
    const { window, append } = await openWindow();
    const { sink } = streamOf(window, ['a', 'b.*']);
    const stamps: string[] = [];
    for (const burst of [['a'], ['b.c', 'a'], ['other'], ['b.d']]) {
      for (const channel of burst) {
        const stamp = append(channel);
        if (channel !== 'other') stamps.push(stamp);
      }
      await settle(1);
    }
    expect(sink.stamps).toEqual(stamps);
    expect(sink.batches).toHaveLength(3);
    expect(window.waiting).toBe(1);
  });

  test('has no time that ends, until it is interrupted with the cursor of its last batch', async () => {
    const { clock, window, append } = await openWindow();
    const { sink, parked } = streamOf(window, ['a']);
    expect(clock.pending).toBe(0);
    append('a');
    await settle(1);
    window.interrupt(parked);
    window.interrupt(parked);
    expect(sink.ends).toEqual([['interrupted', sink.batches[0]?.cursor]]);
    expect(window.waiting).toBe(0);
  });

  test('ends with the batch after which it wants no more', async () => {
    const { window, append } = await openWindow();
    const { sink } = streamOf(window, ['a']);
    sink.onBatch = () => sink.batches.length < 2;
    for (let count = 0; count < 4; count++) {
      append('a');
      await settle(1);
    }
    expect([sink.batches.length, window.waiting, sink.ends]).toEqual([2, 0, []]);
  });

  test('is not written to while its reader is slow, and reads on when it is ready', async () => {
    const { window, append } = await openWindow();
    const { sink, parked } = streamOf(window, ['a']);
    sink.isReady = false;
    const stamps: string[] = [];
    for (let count = 0; count < 3; count++) {
      stamps.push(append('a'));
      await settle(1);
    }
    expect(sink.batches).toEqual([]);
    sink.isReady = true;
    window.resume(parked);
    await settle(1);
    stamps.push(append('a'));
    await settle(1);
    expect(sink.stamps).toEqual(stamps);
  });

  test('is told of what was dropped while its reader was slow', async () => {
    const { window, append } = await openWindow({ limits: resolveLimits({ queueLength: 2 }) });
    const { sink, parked } = streamOf(window, ['a']);
    sink.isReady = false;
    const stamps = Array.from({ length: 5 }, () => append('a'));
    await settle(1);
    sink.isReady = true;
    window.resume(parked);
    await settle(1);
    expect(sink.stamps).toEqual(stamps.slice(3));
    expect(sink.batches[0]?.gaps).toEqual([expect.objectContaining({ c: 'a', to: stamps[2] })]);
  });

  test('has a filter with all its steps for each batch', async () => {
    const { window, append } = await openWindow();
    let left = 1;
    const filter = {
      spent: 0,
      weight: 0,
      passes: () => (left-- > 0 ? true : undefined),
      renew: () => {
        left = 1;
      },
    };
    const { sink } = streamOf(window, ['a'], { filter });
    const stamps = Array.from({ length: 5 }, () => append('a'));
    await settle(3);
    expect(sink.stamps).toEqual(stamps);
    expect(sink.batches.length).toBeGreaterThan(1);
  });

  test('goes back to look its channels up when a group changes, and its start for another epoch', async () => {
    const { window, log, append, changeGroup } = await openWindow();
    const first = streamOf(window, ['a'], { subscription: subscriptionTo(['a'], ['g']) });
    const second = streamOf(window, ['a']);
    const message = append('a');
    const change = changeGroup('g');
    append('a');
    await settle(1);
    expect(first.sink.stamps).toEqual([message]);
    expect(first.sink.ends).toEqual([['groups-changed', change]]);
    log.failOver({ lost: 0, epoch: 2 });
    await settle();
    expect(second.sink.ends).toEqual([['epoch-changed', second.sink.batches.at(-1)?.cursor]]);
    expect(window.waiting).toBe(0);
  });

  test('that throws ends alone', async () => {
    const { window, append } = await openWindow();
    const subscription = subscriptionTo(['a']);
    const broken = streamOf(window, ['a'], { subscription });
    const sound = streamOf(window, ['a'], { subscription });
    const problem = new Error('broken');
    broken.sink.onBatch = () => {
      throw problem;
    };
    append('a');
    await settle(1);
    expect([broken.sink.failures, sound.sink.batches.length, window.waiting]).toEqual([[problem], 1, 1]);
  });
});

describe('polls with the same subscription', () => {
  test('get one and the same batch, also from cursors between which there was nothing', async () => {
    const { window, append } = await openWindow();
    const subscription = subscriptionTo(['a']);
    const poll = () => pollOf(window, { subscription, cursor: window.position, holdMs: 1_000 }).outcome;
    const polls = [poll()];
    append('other');
    polls.push(poll(), poll());
    const stamp = append('a');
    const batches = (await Promise.all(polls)).map(({ batch }) => batch);
    expect(stampsIn(batches[0] ?? { cursor: '', envelopes: [], gaps: [] })).toEqual([stamp]);
    expect(new Set(batches).size).toBe(1);
  });

  test('get their own from cursors between which there was something', async () => {
    const { window, append } = await openWindow();
    const subscription = subscriptionTo(['a']);
    const start = window.position;
    const stamps = [append('a'), append('a')];
    const from = async (cursor: string) =>
      stampsIn((await pollOf(window, { subscription, cursor, holdMs: 0 }).outcome).batch);
    expect(await from(start)).toEqual(stamps);
    expect(await from(start)).toEqual(stamps);
    expect(await from(stamps[0] ?? '')).toEqual(stamps.slice(1));
    stamps.push(append('a'));
    expect(await from(start)).toEqual(stamps);
  });

  test('have one timer, and each its own time', async () => {
    const { clock, window } = await openWindow();
    const subscription = subscriptionTo(['a']);
    const ended: number[] = [];
    for (const holdMs of [3_000, 1_000, 2_000, 1_000])
      void pollOf(window, { subscription, cursor: window.position, holdMs }).outcome.then(() =>
        ended.push(holdMs),
      );
    expect(clock.pending).toBe(1);
    await clock.advance(1_000);
    expect(ended).toEqual([1_000, 1_000]);
    await clock.advance(2_000);
    expect([ended, clock.pending]).toEqual([[1_000, 1_000, 2_000, 3_000], 0]);
  });
});

test('a publish to very many lets others have their turns', async () => {
  const turns: (() => void)[] = [];
  const nextTurn = () => new Promise<void>((resolve) => turns.push(resolve));
  const { window, append } = await openWindow({ nextTurn });
  const subscription = subscriptionTo(['crowd']);
  let answered = 0;
  for (let count = 0; count < 20_000; count++)
    void pollOf(window, { subscription, cursor: window.position, holdMs: 1_000 }).outcome.then(
      () => answered++,
    );
  const alone = pollOf(window, {
    subscription: subscriptionTo(['alone']),
    cursor: window.position,
    holdMs: 1_000,
  });
  append('crowd');
  await settle(1);
  expect(answered > 0 && answered < 10_000).toBe(true);
  append('alone');
  turns.splice(0).forEach((next) => {
    next();
  });
  await alone.outcome;
  expect(answered).toBeLessThan(20_000);
  for (let round = 0; round < 100 && answered < 20_000; round++) {
    turns.splice(0).forEach((next) => {
      next();
    });
    await settle(1);
  }
  expect(answered).toBe(20_000);
});
