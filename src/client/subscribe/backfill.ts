import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Arrived, Held } from './arrived.ts';
import { pollError } from './backfill-queue.ts';
import { apart, isOverdue, type Loss, later, lossesIn, type Recovered, sooner } from './gaps.ts';
import { Interest } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Mix } from './mix.ts';
import type { Reception } from './reception.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/** What a backfill is to bring, from where, and to whom. */
export interface BackfillPlan {
  readonly names: Mix;
  /** Exclusive start. */
  readonly from: LoopCursor;
  /** Inclusive end: what is newer comes from the loop. */
  readonly to: Timetoken;
  /** The server's time when it was planned. */
  readonly asOf: Timetoken;
  readonly recipients: readonly LiveSubscription[];
  /** The groups that channels among the names are known, or may be taken, to belong to. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** The names of the poll that met the loss, if the loop did. */
  readonly asked?: Mix;
}

/** What is left of a loss, and how much of it history has brought back. */
export type Outcome = readonly [Loss, Recovered];

/** Why a backfill ends before it has brought everything. */
export type EarlyEnd = 'backfill-failed' | 'backlog-full';

/** What may wait behind one backfill. */
const MOST_ENTRIES = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * A range of older entries on its way to subscriptions, and the newer ones that wait behind it. This one reads the server's
 * live queue; the feature `storage` has others, which read history.
 */
export class Backfill {
  readonly plan: BackfillPlan;
  /** Its place among the backfills of the client, in the order in which they began. */
  readonly serial: number;
  /** Everything up to here has been fetched from the live queue. */
  place: LoopCursor;
  /** The names that the last poll was sent for; some may have been dropped since. */
  asked: Mix;
  /** Whether it brings back what the loop has lost. */
  readonly fills: boolean = false;
  /** The channels of groups, as far as they have been listed. */
  readonly membersOf = new Map<string, readonly string[]>();
  /** Failures in a row. */
  attempts = 0;
  /** Polls in a row that nobody answered while they were given time. */
  silence = 0;
  /** How many of these tell that the live queue has been read to its end; `undefined` if no number does. */
  readonly mostSilence: number | undefined = undefined;
  /** Cancels what is under way for it. */
  controller: AbortController | undefined;
  /** What is or was under way: what goes on begins when that has come to its end, so that nothing is done twice. */
  running: Promise<void> = Promise.resolve();
  /** Nothing more is fetched. */
  isClosed = false;
  /** Called when a poll for it goes out. */
  onPoll: (() => void) | undefined;
  /** Called when something begins to wait. */
  onHeld: (() => void) | undefined;
  protected readonly reception: Reception;
  /** Channels on which something came that somebody wanted. */
  protected readonly brought = new Set<string>();
  /** Those that wait, in the order in which they came. */
  protected backlog: Held[] = [];
  readonly #interest: Interest;
  /** How many batches the loop had brought when it began. */
  readonly #since: number;
  #bytes = 0;

  constructor(reception: Reception, plan: BackfillPlan) {
    this.reception = reception;
    this.plan = plan;
    this.serial = reception.backfills.nextSerial();
    this.place = plan.from;
    this.asked = plan.names;
    this.#interest = new Interest(plan.names);
    this.#since = reception.delivery.batches;
  }

  /** The names that somebody still wants. */
  get names(): Mix {
    return this.#interest.mix;
  }

  get recipients(): readonly LiveSubscription[] {
    return this.plan.recipients;
  }

  /** Whether something waits. */
  get isHolding(): boolean {
    return this.backlog.length > 0;
  }

  /** Whether the live queue has not been read to the end. */
  get isShort(): boolean {
    return compareTimetokens(this.place.timetoken, this.plan.to) < 0;
  }

  /** Whether something that the loop has brought, or has lost, waits for it. */
  get isWaitedFor(): boolean {
    return this.fills || this.isHolding;
  }

  /** Whether an entry belongs to its names. */
  covers(channel: string, group: string | undefined): boolean {
    return this.#interest.covers(channel, group);
  }

  /** Takes out what none of its recipients wants any more. */
  narrow(): void {
    const { channels, groups } = this.names;
    const { recipients, plan } = this;
    const isWanted = (channel: string) => {
      const among = [undefined, ...(plan.groups?.get(channel) ?? [])];
      return recipients.some(({ interest }) => among.some((group) => interest.covers(channel, group)));
    };
    this.#interest.drop({
      channels: channels.filter((name) => !isWanted(name)),
      groups: groups.filter((name) => !recipients.some(({ names }) => names.groups.includes(name))),
    });
  }

  /** Fetches everything that it is to bring. */
  fetch(signal: AbortSignal): Promise<void> {
    return this.reception.queue.read(this, signal);
  }

  /** Delivers an answer from the live queue; resolves to whether it brought anything that was wanted. */
  async take(answer: LoopAnswer, signal: AbortSignal): Promise<boolean> {
    const { delivery, sightings } = this.reception;
    // It tells which channels wildcards and groups have, before history is asked for them.
    sightings.noteAll(answer.entries, this.asked);
    const deliver = await this.prepare(answer, this.#lossesIn(answer), signal);
    const isFruitful = await delivery.inTurn(() => !this.isClosed && deliver());
    this.goOn(answer);
    return isFruitful;
  }

  /** What is missing when it ends, of each name, and how much of it has been recovered. */
  missing(because: EarlyEnd | undefined): readonly Outcome[] {
    if (!because) return [];
    const { names, plan } = this;
    return apart({ names, from: '0', to: plan.to, reason: because, certain: false }).flatMap(
      (loss): readonly Outcome[] => {
        const from = this.missingFrom(loss.names);
        if (compareTimetokens(from, plan.to) >= 0) return [];
        return [[{ ...loss, from }, this.hasBrought(loss.names) ? 'partial' : 'none']];
      },
    );
  }

  /** Takes all that still waits, in the order in which it came: nothing more goes before it. */
  drain(): readonly Held[] {
    return this.takeHeld(() => true);
  }

  /** Holds a newer entry back. */
  hold(arrived: Arrived, subscription: LiveSubscription): void {
    const { backfills } = this.reception;
    this.backlog.push({ arrived, subscription });
    this.#bytes += arrived.bytes;
    backfills.held(1, arrived.bytes);
    this.onHeld?.();
    if (this.backlog.length > MOST_ENTRIES || this.#bytes > MOST_BYTES || backfills.isFull)
      backfills.end(this, 'backlog-full');
  }

  /** Takes some of those that wait out of the backlog. */
  protected takeHeld(isTaken: (held: Held) => boolean): readonly Held[] {
    const taken = this.backlog.filter(isTaken);
    const bytes = taken.reduce((sum, { arrived }) => sum + arrived.bytes, 0);
    if (taken.length > 0) this.backlog = this.backlog.filter((held) => !isTaken(held));
    this.#bytes -= bytes;
    this.reception.backfills.held(-taken.length, -bytes);
    return taken;
  }

  /** Gets an answer ready; returns how it is delivered, which tells whether anything was wanted. */
  protected async prepare(
    { entries }: LoopAnswer,
    losses: readonly Loss[],
    _signal: AbortSignal,
  ): Promise<() => boolean> {
    return () => {
      for (const loss of losses) this.reception.losses.tell(this, loss, 'none');
      return this.read(entries).filter((arrived) => this.offer(arrived)).length > 0;
    };
  }

  /** The entries of an answer, or rows of history, that are not the loop's to bring. */
  protected read(entries: readonly unknown[], isRow = false): readonly Arrived[] {
    return this.reception.delivery.older(entries, this, isRow).filter(({ envelope, seen: { batch } }) => {
      // Of an entry that another region took, the timetoken does not tell: the loop may have passed it.
      const isPassed = batch !== undefined && batch <= this.#since;
      return isPassed || compareTimetokens(envelope.p.t, this.plan.to) <= 0;
    });
  }

  /** Delivers an entry; returns whether anybody wanted it. */
  protected offer(arrived: Arrived): boolean {
    const isWanted = this.reception.delivery.offer(arrived, this.recipients);
    if (isWanted) this.brought.add(arrived.envelope.c);
    return isWanted;
  }

  /** An answer has been delivered: the next poll goes on behind it. */
  protected goOn({ cursor }: LoopAnswer): void {
    if (compareTimetokens(cursor.timetoken, this.place.timetoken) <= 0)
      throw pollError('PN-4001', 'the server answers without going on');
    this.place = cursor;
    // What goes on has not failed: the bound is for failures in a row.
    this.attempts = 0;
  }

  /** From when on entries of a name are missing, if it ends now. */
  protected missingFrom(_names: Mix): Timetoken {
    return this.place.timetoken;
  }

  /** Whether something of a name came that somebody wanted. */
  protected hasBrought({ channels }: Mix): boolean {
    return channels.some((channel) => this.brought.has(channel));
  }

  // What the answer leaves out of the range. An old start raises the same suspicion as a long absence.
  #lossesIn(answer: LoopAnswer): readonly Loss[] {
    const { countThreshold, liveRetention } = this.reception.host.settings;
    const { place, plan, names } = this;
    const [from, to] = [place.timetoken, sooner(answer.cursor.timetoken, plan.to)];
    const late = place === plan.from && isOverdue(from, plan.asOf, liveRetention);
    const full = answer.entries.length >= countThreshold;
    return lossesIn(answer, { asked: names, from, to, late, full })
      .filter(({ reason }) => reason !== 'cursor-regressed')
      .flatMap(apart)
      .map((loss) => ({ ...loss, from: later(loss.from, from), to: sooner(loss.to, plan.to) }))
      .filter((loss) => compareTimetokens(loss.from, loss.to) < 0);
  }
}
