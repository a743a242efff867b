import type { ShardLog } from '../store/log.ts';
import { laterStamp, MAX_AHEAD_MS, type Stamp, stampPlus, ZERO_STAMP } from '../store/stamp.ts';
import { cases, needing } from './case.ts';
import { beside, message } from './entries.ts';
import { equal, isTrue, present } from './expect.ts';
import type { Choices } from './random.ts';
import { entriesAfter, type World } from './world.ts';

const STEPS = 40;
// Real time that may pass between two calls.
const SLACK_MS = 1_000;

/** The stamps that a log gives out. */
export const stampCases = cases('log', {
  'a stamp has 17 digits': async (world) => {
    const { log } = await world.shard();
    const [appended] = await log.append([message('a')]);
    for (const stamp of [appended?.tt ?? '', await log.fence(), await log.last(), await log.began()]) {
      isTrue(/^\d{17}$/.test(stamp), `17 digits, got ${stamp}`);
    }
  },

  'stamps exceed all stamps, fences and floors before them': (world) =>
    world.scripts(async (choices) => {
      const { log } = await world.shard();
      const watch = new StampWatch(log);
      for (let step = 0; step < STEPS; step++) await watch.play(world, choices);
    }),

  'stamps exceed all others also when the clock jumps': needing('jump', (world) =>
    world.scripts(async (choices) => {
      const { log } = await world.shard();
      const watch = new StampWatch(log);
      for (let step = 0; step < STEPS; step++) {
        if (choices.oneIn(3)) await world.jump(choices.between(-10_000, 10_000));
        await watch.play(world, choices);
      }
      const stamps = (await entriesAfter(log)).map(({ tt }) => tt);
      equal(stamps, [...new Set(stamps)].sort(), 'the stamps of all entries');
    }),
  ),

  'a fence is at the clock, and moves with it': needing('advance', async (world) => {
    const { log } = await world.shard();
    const before = await log.fence();
    await world.advance(10_000);
    const after = await log.fence();
    isTrue(after >= stampPlus(before, 10_000), `a fence ten seconds after ${before}, got ${after}`);
    isTrue(after <= stampPlus(before, 10_000 + SLACK_MS), `a fence about ten seconds later, got ${after}`);
  }),

  'a floor moves the log by up to five seconds': async (world) => {
    const { log } = await world.shard();
    const floor = stampPlus(await log.fence(), MAX_AHEAD_MS - SLACK_MS);
    const [appended] = await log.append([message('a')], { floor });
    isTrue((appended?.tt ?? '') > floor, `a stamp above the floor ${floor}, got ${appended?.tt}`);
    const higher = stampPlus(floor, SLACK_MS / 2);
    isTrue((await log.fence(higher)) >= higher, `a fence not below the floor ${higher}`);
  },

  'no floor moves the log by more than five seconds, however often it is repeated': async (world) => {
    const { log } = await world.shard();
    const start = await log.fence();
    const most = stampPlus(start, MAX_AHEAD_MS + SLACK_MS);
    for (let count = 0; count < 50; count++) await log.fence(stampPlus(await log.fence(), 4_000));
    for (let count = 0; count < 50; count++)
      await log.append([message('a')], { floor: stampPlus(await log.fence(), 4_000) });
    await log.fence('9'.repeat(17));
    const head = await log.fence();
    isTrue(head <= most, `a fence at most five seconds after ${start}, got ${head}`);
    const [appended] = await log.append([message('a')], { floor: '9'.repeat(17) });
    isTrue((appended?.tt ?? '') <= most, `a stamp at most five seconds after ${start}, got ${appended?.tt}`);
  },

  'a fence is above all that can be read, and below all that comes later': async (world) => {
    const { log } = await world.shard();
    for (let round = 0; round < 5; round++) {
      const pending = [log.append([message('a')]), log.append([message('b')])];
      const fence = await log.fence();
      const below = (await entriesAfter(log)).filter(({ tt }) => tt <= fence);
      await Promise.all(pending);
      const [later] = await log.append([message('a')]);
      isTrue(present(later, 'a result').tt > fence, `a stamp above the fence ${fence}, got ${later?.tt}`);
      const now = (await entriesAfter(log)).filter(({ tt }) => tt <= fence);
      equal(now, below, `the entries up to the fence ${fence}`);
    }
  },

  'the last position is that of the newest entry, and asking changes nothing': async (world) => {
    const { log } = await world.shard();
    const before = await log.last();
    equal(await log.last(), before, 'the last position when nothing has happened');
    isTrue(before <= (await log.fence()), 'the last position of an empty log not to be above its fence');
    for (let count = 0; count < 3; count++) {
      const [appended] = await log.append([message('a'), message('b')]).then((all) => all.slice(-1));
      for (let times = 0; times < 2; times++) equal(await log.last(), appended?.tt, 'the last position');
    }
  },

  'the beginning of the log is below all of its entries and stays': async (world) => {
    const { log } = await world.shard();
    const began = await log.began();
    const [first] = await log.append([message('a')]);
    isTrue(began < (first?.tt ?? ''), `a first stamp above the beginning ${began}, got ${first?.tt}`);
    equal(await log.began(), began, 'the beginning');
  },
});

/** The highest stamp that was seen of a log. */
class StampWatch {
  readonly #log: ShardLog;
  #highest: Stamp = ZERO_STAMP;

  constructor(log: ShardLog) {
    this.#log = log;
  }

  async play(world: World, choices: Choices): Promise<void> {
    const kind = choices.of(['append', 'append', 'fence', 'floor', 'append at a floor']);
    world.step(kind);
    const floor = beside(laterStamp(this.#highest, await this.#log.last()), choices.below(1_000));
    if (kind === 'append') await this.#append(choices.between(1, 3));
    else if (kind === 'append at a floor') await this.#append(1, floor);
    else this.#atLeast(await this.#log.fence(kind === 'floor' ? floor : undefined));
  }

  async #append(count: number, floor?: Stamp): Promise<void> {
    const batch = Array.from({ length: count }, (_, index) => message(`c${index}`));
    const appended = await this.#log.append(batch, { floor });
    equal(appended.length, count, 'the number of results');
    for (const { tt } of appended) {
      isTrue(tt > this.#highest, `a stamp above ${this.#highest}, got ${tt}`);
      this.#highest = tt;
    }
  }

  #atLeast(head: Stamp): void {
    isTrue(head >= this.#highest, `a fence not below ${this.#highest}, got ${head}`);
    this.#highest = head;
  }
}
