import { setTimeout as pause } from 'node:timers/promises';
import type { Envelope, PublishResult, PubNub } from '../../src/index.ts';
import {
  type Crew,
  type Listener,
  oursInStorm,
  type Patience,
  publisherInStorm,
  theirsInStorm,
} from './chaos-clients.ts';
import { type Ear, type Fate, judge, Ledger, sum, type Tally } from './chaos-ledger.ts';
import { type MortalOrigin, serveMortal } from './chaos-origin.ts';
import { calm, unleash } from './chaos-weather.ts';
import { startProxy, type TcpProxy } from './integration-proxy.ts';
import { Dice } from './integration-random.ts';

/** How big a storm is. */
export interface StormPlan {
  readonly seed: number;
  readonly messages: number;
  readonly channels: number;
  readonly clients: number;
  /** Clients of another maker, which go through the same. */
  readonly peers: number;
  /** How often the origin is restarted; every second time it has forgotten everything. */
  readonly restarts: number;
  /** Times the rates of faults. */
  readonly severity: number;
  readonly patience: Patience;
  /** Milliseconds between two messages of a channel, at most. */
  readonly pace: number;
  /** Milliseconds for the whole run. What is not published or has not come by then counts as lost. */
  readonly limit: number;
  /** Milliseconds that are spent on waiting for the other maker's clients, once ours have everything. */
  readonly courtesy: number;
}

/** What a storm came to. */
export interface StormReport {
  /** Messages that were published, whatever became of them. */
  readonly published: number;
  readonly acknowledged: number;
  readonly forgetful: number;
  readonly ours: Tally;
  /** Every recipient of ours that got something wrong, in words. */
  readonly complaints: readonly string[];
  /** Each client of the other maker, and how it fared. */
  readonly theirs: readonly (readonly [name: string, tally: Tally])[];
}

/** The whole storm: `npm run chaos`. */
export const WHOLE: Omit<StormPlan, 'seed'> = {
  ...{ messages: 50_000, channels: 20, clients: 10, peers: 2, restarts: 8, severity: 0.2 },
  patience: { poll: 2, request: 1 },
  ...{ pace: 40, limit: 170_000, courtesy: 10_000 },
};

/** Says how far a storm is, now and then. */
export type Progress = (published: number, delivered: number, what: string) => void;

/** Publishes through origins that die and a network that breaks, and judges what each recipient has got. */
export async function rideStorm(plan: StormPlan, progress: Progress = () => {}): Promise<StormReport> {
  const channels = Array.from({ length: plan.channels }, (_, index) => channelName(index));
  await using origin = await serveMortal(channels, plan.messages);
  await using proxy = await startProxy(origin.port);
  // The other maker's clients open hundreds of connections a second when they cannot get through: that is not our weather.
  await using elsewhere = await startProxy(origin.port);
  await using crowd = new AsyncDisposableStack();
  const dice = new Dice(plan.seed);
  const crew: Crew = { host: proxy.host, channels, patience: plan.patience, dice };
  const ours = Array.from({ length: plan.clients }, (_, index) => crowd.use(oursInStorm(index, crew)));
  const theirs = Array.from({ length: plan.peers }, (_, index) =>
    crowd.use(theirsInStorm(index, { ...crew, host: elsewhere.host })),
  );
  await Promise.all([...ours, ...theirs].map(({ ready }) => ready));
  const ledger = new Ledger(channels);
  const storm = new Storm(plan, {
    origin,
    proxies: [proxy, elsewhere],
    crew,
    ledger,
    listeners: ours,
    progress,
  });
  await using _ = storm;
  await storm.rage();
  progress(storm.published, 0, 'the storm is over');
  await storm.calmDown();
  progress(storm.published, 0, 'it is calm');
  ledger.keptSince = origin.bornAt;
  await storm.await(ours, plan.limit);
  await storm.await(theirs, plan.courtesy);
  progress(storm.published, 0, 'judging');
  return report(ledger, storm, { ours, theirs });
}

interface Parts {
  readonly origin: MortalOrigin;
  readonly proxies: readonly TcpProxy[];
  readonly crew: Crew;
  readonly ledger: Ledger;
  readonly listeners: readonly Listener[];
  readonly progress: Progress;
}

class Storm implements AsyncDisposable {
  readonly #plan: StormPlan;
  readonly #parts: Parts;
  readonly #publishers: readonly PubNub[];
  readonly #began = performance.now();
  #begun = 0;
  #published = 0;
  forgetful = 0;

  constructor(plan: StormPlan, parts: Parts) {
    this.#plan = plan;
    this.#parts = parts;
    const { crew, origin } = parts;
    this.#publishers = (['direct', 0, 1] as const).map((way) => publisherInStorm(way, crew, origin.fetch));
  }

  get published(): number {
    return this.#published;
  }

  /** Publishes everything, while the network, the origin and the subscriptions change. */
  async rage(): Promise<void> {
    const { proxies, crew, ledger } = this.#parts;
    for (const proxy of proxies) unleash(proxy, crew.dice, this.#plan.severity);
    const restarts = this.#restarts();
    await Promise.all(ledger.channels.map((channel, index) => this.#publishAll(channel, index)));
    await restarts;
  }

  /** Ends the storm: what comes now is the last of each channel, and everything before it has to have come. */
  async calmDown(): Promise<void> {
    const { proxies, ledger } = this.#parts;
    for (const proxy of proxies) calm(proxy);
    for (const channel of ledger.channels) {
      const sent = ledger.lastSent(channel);
      while (ledger.lastSent(channel) === sent) await this.#publish(channel, this.#publishers[0]);
    }
  }

  /** Waits until listeners have the last message of each channel, but no longer than until so many milliseconds. */
  async await(listeners: readonly Listener[], milliseconds: number): Promise<void> {
    const { ledger, progress } = this.#parts;
    const end = Math.min(performance.now() + milliseconds, this.#began + this.#plan.limit);
    const ears = listeners.flatMap((listener) => listener.ears);
    const missing = () =>
      ears.filter((ear) =>
        ledger.channels.some((channel) => !ear.knows(channel, ledger.lastSent(channel), ledger)),
      );
    for (let late = missing(); late.length > 0 && performance.now() < end; late = missing()) {
      progress(this.#published, this.#delivered(), `waiting for ${late.length} of ${ears.length} recipients`);
      await pause(100);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#publishers.map((publisher) => publisher.close()));
  }

  async #publishAll(channel: string, index: number): Promise<void> {
    const { dice } = this.#parts.crew;
    const { messages, channels, pace, limit } = this.#plan;
    // Every fifth channel has a publisher who has to get through the storm as well. The others do not wait for it.
    const publisher = this.#publishers[index % 5 === 4 ? 1 + (Math.floor(index / 5) % 2) : 0];
    // The last message of each channel is that of the calm.
    while (this.#begun < messages - channels && performance.now() - this.#began < limit) {
      await this.#publish(channel, publisher);
      this.#disturb();
      await pause(dice.below(pace + 1));
    }
  }

  async #publish(channel: string, publisher: PubNub | undefined): Promise<void> {
    const { ledger, crew, progress } = this.#parts;
    this.#begun++;
    const message = { n: ledger.count(channel), text: 'ü€😀"}'.repeat(crew.dice.below(20)) };
    ledger.note(
      channel,
      (await publisher?.publish({ channel, message }).envelope().then(fateOf)) ?? 'not sent',
    );
    this.#published++;
    if (this.#published % 1_000 === 0) progress(this.#published, this.#delivered(), 'publishing');
  }

  #disturb(): void {
    const { proxies, crew, listeners } = this.#parts;
    const { dice } = crew;
    const per = this.#plan.messages / 1_000;
    if (dice.chance(0.01 / per)) for (const proxy of proxies) proxy.reset();
    if (dice.chance(0.002 / per)) for (const proxy of proxies) proxy.freeze();
    if (dice.chance(0.1 / per)) listeners[dice.below(listeners.length)]?.churn();
  }

  async #restarts(): Promise<void> {
    const { restarts, messages } = this.#plan;
    const { origin, proxies, progress } = this.#parts;
    for (let count = 1; count <= restarts; count++) {
      const due = (count * messages) / (restarts + 1);
      while (this.#published < due && performance.now() - this.#began < this.#plan.limit) await pause(5);
      const forgets = count % 2 === 1;
      if (forgets) {
        for (const proxy of proxies) proxy.reset();
        this.forgetful++;
      }
      await origin.restart({ forgets });
      progress(
        this.#published,
        this.#delivered(),
        forgets ? 'the origin forgot everything' : 'the origin is back',
      );
    }
  }

  #delivered(): number {
    const { listeners, ledger } = this.#parts;
    const ears = listeners.flatMap(({ ears: [whole] }) => whole ?? []);
    return ears.reduce((all, ear) => all + delivered(ear, ledger), 0);
  }
}

function delivered(ear: Ear, { channels }: Ledger): number {
  return channels.reduce((count, channel) => count + ear.of(channel).length, 0);
}

function report(
  ledger: Ledger,
  storm: Storm,
  { ours, theirs }: { readonly ours: readonly Listener[]; readonly theirs: readonly Listener[] },
): StormReport {
  const tallyOf = (ear: Ear) => [ear.name, judge(ear, ledger)] as const;
  const own = ours.flatMap(({ ears }) => ears.map(tallyOf));
  const fates = ledger.channels.flatMap((channel) => ledger.of(channel));
  return {
    published: storm.published,
    acknowledged: fates.filter((fate) => fate !== 'unknown' && fate !== 'not sent').length,
    forgetful: storm.forgetful,
    ours: sum(own.map(([, tally]) => tally)),
    complaints: own.filter(([, tally]) => !isFlawless(tally)).map(([name, tally]) => complaint(name, tally)),
    theirs: theirs.flatMap(({ ears }) => ears.map(tallyOf)),
  };
}

/** Whether a recipient got everything once and in order, or was told what is missing. */
export function isFlawless({ lost, doubled, disordered, invented }: Tally): boolean {
  return lost + doubled + disordered + invented === 0;
}

function complaint(name: string, { lost, doubled, disordered, invented }: Tally): string {
  return `${name}: ${lost} lost, ${doubled} doubled, ${disordered} out of order, ${invented} never published`;
}

function fateOf({ result, status }: Envelope<PublishResult>): Fate {
  if (result) return result.timetoken;
  return Object(status.errorData).delivery === 'unknown' ? 'unknown' : 'not sent';
}

// Names of all kinds: plain ones, ones that need encoding, and ones under a wildcard.
function channelName(index: number): string {
  return [`a${index}`, `b/ü ${index}`, `w.x${index}`, `w.y.${index}`][index % 4] ?? 'a';
}

/** A report in one line. */
export function describeReport({ channels, clients }: StormPlan, report: StormReport): string {
  const { published, ours, theirs, forgetful } = report;
  const { lost, doubled, disordered, named, gaps } = ours;
  const size = `${published} messages, ${channels} channels, ${clients} clients, ${forgetful} logs lost`;
  const own = `${lost} lost, ${doubled} doubled, ${disordered} out of order, ${gaps} gaps that name ${named}`;
  return `${size}: ${own}; ${theirs.map(describePeer).join('; ')}`;
}

function describePeer([name, { lost, doubled, disordered }]: StormReport['theirs'][number]): string {
  return `${name}: ${lost} lost, ${doubled} doubled, ${disordered} out of order`;
}
