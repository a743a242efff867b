import type { PNGapEvent } from '../../src/index.ts';
import { compareTimetokens, type Timetoken } from '../../src/protocol/timetoken.ts';

/** What a publisher knows of a message: its timetoken once it was acknowledged. */
export type Fate = Timetoken | 'unknown' | 'not sent';

/** A loss as it was announced, as far as the judge needs it. */
export type Named = Pick<PNGapEvent, 'channel' | 'channelGroup' | 'wildcard' | 'presence' | 'from' | 'to'>;

/** How one recipient fared. */
export interface Tally {
  /** Acknowledged, not delivered, and in no announced gap. */
  readonly lost: number;
  /** Acknowledged, not delivered, and in an announced gap. */
  readonly named: number;
  /** Delivered again. */
  readonly doubled: number;
  /** Delivered after one that was acknowledged later. */
  readonly disordered: number;
  /** Delivered although its publisher was told that it had not been sent, or never published. */
  readonly invented: number;
  /** Gaps that were announced. */
  readonly gaps: number;
}

export const NOTHING: Tally = { lost: 0, named: 0, doubled: 0, disordered: 0, invented: 0, gaps: 0 };

/** What became of every message that was published: channel by channel, in the order of their numbers from 0. */
export class Ledger {
  /** What was published after this is still in the origin's log: no gap excuses that it is missing. */
  keptSince: Timetoken = '0';
  readonly #fates: ReadonlyMap<string, Fate[]>;

  constructor(channels: readonly string[]) {
    this.#fates = new Map(channels.map((channel) => [channel, []]));
  }

  get channels(): readonly string[] {
    return [...this.#fates.keys()];
  }

  /** How many messages of a channel there have been. */
  count(channel: string): number {
    return this.of(channel).length;
  }

  /** The fates of the messages of a channel, by number. */
  of(channel: string): readonly Fate[] {
    return this.#fates.get(channel) ?? [];
  }

  /** Notes what became of the next message of a channel. */
  note(channel: string, fate: Fate): void {
    this.#fates.get(channel)?.push(fate);
  }

  /** The number of the last message of a channel that was acknowledged; -1 if there is none. */
  lastSent(channel: string): number {
    return this.of(channel).findLastIndex(isSent);
  }
}

/** What one recipient has got: a client's listeners, or a subscription. */
export class Ear {
  readonly name: string;
  readonly gaps: Named[] = [];
  readonly #numbers = new Map<string, number[]>();
  readonly #channelsIn: ReadonlySet<string>;

  /** `covered`: the names by which it gets the channels, groups and wildcards alike. */
  constructor(name: string, covered: readonly string[]) {
    this.name = name;
    this.#channelsIn = new Set(covered);
  }

  /** Takes a message; bound, so that it can be handed out. */
  readonly put = (channel: string, number: number): void => {
    const numbers = this.#numbers.get(channel);
    if (numbers) numbers.push(number);
    else this.#numbers.set(channel, [number]);
  };

  /** The numbers of a channel's messages, in the order of delivery. */
  of(channel: string): readonly number[] {
    return this.#numbers.get(channel) ?? [];
  }

  /** Whether it has got a message, or was told that it is missing. */
  knows(channel: string, number: number, ledger: Ledger): boolean {
    const fate = ledger.of(channel)[number];
    return this.of(channel).includes(number) || (isSent(fate) && this.isTold(channel, fate, ledger));
  }

  /** Whether a gap names the message of a channel with this timetoken, and rightly so. */
  isTold(channel: string, timetoken: Timetoken, { keptSince }: Ledger): boolean {
    if (compareTimetokens(timetoken, keptSince) > 0) return false;
    return this.gaps.some(
      (gap) =>
        this.#covers(gap, channel) &&
        compareTimetokens(gap.from, timetoken) < 0 &&
        compareTimetokens(timetoken, gap.to) <= 0,
    );
  }

  #covers({ channel, channelGroup, wildcard, presence }: Named, name: string): boolean {
    if (presence) return false;
    if (channel !== undefined) return channel === name;
    if (wildcard !== undefined)
      return this.#channelsIn.has(wildcard) && name.startsWith(wildcard.slice(0, -1));
    return channelGroup !== undefined && this.#channelsIn.has(channelGroup);
  }
}

/** Compares what a recipient has got with what was published. */
export function judge(ear: Ear, ledger: Ledger): Tally {
  return sum(
    ledger.channels.map((channel) => judgeChannel(ear, ledger, channel)),
    ear.gaps.length,
  );
}

/** All tallies together. */
export function sum(tallies: readonly Tally[], gaps = 0): Tally {
  return tallies.reduce(
    (all, one) => ({
      lost: all.lost + one.lost,
      named: all.named + one.named,
      doubled: all.doubled + one.doubled,
      disordered: all.disordered + one.disordered,
      invented: all.invented + one.invented,
      gaps: all.gaps + one.gaps,
    }),
    { ...NOTHING, gaps },
  );
}

function judgeChannel(ear: Ear, ledger: Ledger, channel: string): Tally {
  const fates = ledger.of(channel);
  const got = new Set<number>();
  const tally = { ...NOTHING };
  let highest = -1;
  for (const number of ear.of(channel)) {
    const fate = fates[number];
    if (fate === undefined || fate === 'not sent') tally.invented++;
    else if (got.has(number)) tally.doubled++;
    // A publish of unknown fate may arrive at any time; only what was acknowledged has a place.
    else if (isSent(fate)) {
      if (number < highest) tally.disordered++;
      highest = Math.max(highest, number);
    }
    got.add(number);
  }
  for (const [number, fate] of fates.entries()) {
    if (!isSent(fate) || got.has(number)) continue;
    if (ear.isTold(channel, fate, ledger)) tally.named++;
    else tally.lost++;
  }
  return tally;
}

function isSent(fate: Fate | undefined): fate is Timetoken {
  return fate !== undefined && fate !== 'unknown' && fate !== 'not sent';
}
