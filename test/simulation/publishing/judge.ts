import { type Clock, type PublishResult, PubNub, PubNubError } from '../../../src/index.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';
import { Dice } from '../dice.ts';
import { PublishingNetwork } from './network.ts';
import { originsOf } from './origins.ts';
import { type Publication, type PublishingPlan, type PublishingStep, publishingPlanOf } from './plan.ts';

/** A publish, and how it ended. */
interface Published {
  readonly plan: Publication;
  readonly payload: string;
  readonly id: string | undefined;
  result?: PublishResult;
  error?: unknown;
}

/** What the receiver got of a payload. */
interface Received {
  readonly timetoken: string;
  readonly userMetadata: unknown;
}

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', useRequestId: false } as const;
const META = { lang: 'en' };

class PublishingWorld {
  readonly clock: VirtualClock = new VirtualClock(undefined, () => settle(1));
  readonly published: Published[] = [];
  readonly received = new Map<unknown, Received[]>();
  readonly plan: PublishingPlan;
  readonly origins;
  readonly net: PublishingNetwork;
  readonly publisher: PubNub;
  readonly receiver: PubNub;
  /** How far the wall clock of the publisher is off. */
  #offset = 0;

  constructor(plan: PublishingPlan) {
    this.plan = plan;
    this.origins = originsOf(plan, this.clock.elsewhere);
    this.net = new PublishingNetwork(this.clock.elsewhere, this.origins);
    const { clock } = this;
    const { transport } = this.net;
    const options = { ...KEYS, clock, transport };
    this.publisher = new PubNub({
      ...options,
      clock: this.#clockOfPublisher(),
      userId: 'alice',
      random: new Dice(7).next,
      idempotentPublishing: true,
      transactionalRequestTimeout: plan.requestTimeout / 1_000,
    });
    this.receiver = new PubNub({ ...options, userId: 'bob', random: new Dice(8).next });
    this.receiver.on('message', ({ message, timetoken, userMetadata }) => {
      this.received.set(message, [...(this.received.get(message) ?? []), { timetoken, userMetadata }]);
    });
  }

  #clockOfPublisher(): Clock {
    const { clock } = this;
    return {
      now: () => clock.now() + this.#offset,
      monotonic: () => clock.monotonic(),
      setTimeout: (callback, milliseconds) => clock.setTimeout(callback, milliseconds),
      clearTimeout: (timer) => clock.clearTimeout(timer),
      atLatest: (milliseconds, callback) => clock.atLatest(milliseconds, callback),
    };
  }

  async play(): Promise<void> {
    const subscription = this.receiver.subscribe().channels('a', 'b').execute();
    await this.clock.advance(1_000);
    await subscription.connected();
    for (const step of this.plan.steps) await this.#take(step);
    // The longest that a call may take, its searches and the receiver's pauses included.
    await this.clock.advance(3_600_000);
  }

  async #take(step: PublishingStep): Promise<void> {
    if (step.do === 'publish') this.#publish(step);
    else if (step.do === 'restart') await this.origins.restart();
    else if (step.do === 'jump') this.#offset += step.ms;
    else await this.#pass(step.do, step.ms);
  }

  #pass(how: 'advance' | 'sleep', milliseconds: number): Promise<void> {
    if (how === 'sleep') this.net.fallAsleep();
    return this.clock[how](milliseconds);
  }

  #publish(plan: Publication): void {
    const payload = `m${this.published.length}`;
    const id = plan.id === 'own' ? undefined : `id ${payload}`;
    this.net.foresee(payload, plan.mishaps);
    const meta = { ...(plan.meta && META), ...(plan.id === 'in-meta' && { tt_id: id }) };
    const given = {
      channel: plan.channel,
      message: payload,
      ...(Object.keys(meta).length > 0 && { meta }),
      ...(plan.id === 'given' && id !== undefined && { id }),
      ...(!plan.stored && { shouldStore: false }),
    };
    const entry: Published = { plan, payload, id };
    this.published.push(entry);
    const options = plan.timeout === undefined ? {} : { timeout: plan.timeout };
    this.publisher
      .publish(given)
      .execute(options)
      .then(
        (result) => {
          entry.result = result;
        },
        (error: unknown) => {
          entry.error = error;
        },
      );
  }

  /** How often history has each payload. */
  async stored(): Promise<ReadonlyMap<unknown, readonly string[]>> {
    const rows = new Map<unknown, string[]>();
    for (const channel of ['a', 'b']) {
      const asked = this.receiver.fetchMessages({ channels: [channel], includeMeta: true }).execute();
      const settled = asked.then(({ channels }) => {
        for (const { message, timetoken } of channels[channel] ?? [])
          rows.set(message, [...(rows.get(message) ?? []), timetoken]);
      });
      await this.clock.advance(1_000);
      await settled;
    }
    return rows;
  }

  async close(): Promise<void> {
    const closed = Promise.all([this.publisher.close(), this.receiver.close()]);
    await this.clock.advance(1_000);
    await closed;
    await this.origins.close();
  }
}

/** Plays the plan of a seed, and tells what was promised and did not happen. */
export async function judgePublishing(seed: number): Promise<readonly string[]> {
  const world = new PublishingWorld(publishingPlanOf(seed));
  await world.play();
  const rows = await world.stored();
  const problems = world.published.flatMap((one) =>
    problemsOf(world, one, rows.get(one.payload) ?? []).map((problem) => `${one.payload} ${problem}`),
  );
  await world.close();
  return problems;
}

function* wrongs(world: PublishingWorld, one: Published, rows: readonly string[]): Generator<string> {
  const { plan, payload, result, error } = one;
  const received = world.received.get(payload) ?? [];
  const isOurs = world.plan.origin !== 'foreign';
  if (received.length > 1) yield `was delivered ${received.length} times`;
  if (isOurs && rows.length > 1) yield `was stored ${rows.length} times`;
  if (isOurs && plan.stored && rows.length !== received.length)
    yield `was stored ${rows.length} times and delivered ${received.length} times`;
  if (received.some(({ userMetadata }) => JSON.stringify(userMetadata) !== metaOf(plan)))
    yield 'came with another meta than its own';
  if (result) yield* wrongsOfResult(world, one, result);
  else if (PubNubError.is(error)) yield* wrongsOfError(world, one, error);
  else yield error === undefined ? 'never settled' : `fails with ${String(error)}`;
}

function* wrongsOfResult(
  { plan, received }: PublishingWorld,
  { payload, id }: Published,
  result: PublishResult,
): Generator<string> {
  const [first] = received.get(payload) ?? [];
  if (!first) yield 'was sent, and not delivered';
  if (result.id === undefined || (id !== undefined && result.id !== id)) yield 'tells another id';
  if (plan.origin !== 'foreign' && first && first.timetoken !== result.timetoken)
    yield 'has another timetoken than its result';
}

function* wrongsOfError(
  world: PublishingWorld,
  { plan, payload, id }: Published,
  { publishId, delivery, code }: PubNubError,
): Generator<string> {
  if (publishId === undefined || (id !== undefined && publishId !== id)) yield 'fails with another id';
  if (delivery !== 'unknown' && world.received.has(payload)) yield `was delivered, and failed as ${delivery}`;
  if (isEasy(world.plan, plan)) yield `fails with ${code}, although it had time for more attempts`;
}

function problemsOf(world: PublishingWorld, one: Published, rows: readonly string[]): readonly string[] {
  return [...wrongs(world, one, rows)];
}

function metaOf({ meta }: Publication): string | undefined {
  return meta ? JSON.stringify(META) : undefined;
}

// Three failures that are over soon are what a call gets over, unless its machine sleeps or its wall clock jumps.
function isEasy({ steps, requestTimeout }: PublishingPlan, { mishaps, timeout }: Publication): boolean {
  const isQuiet = steps.every(({ do: what }) => what !== 'sleep' && what !== 'jump' && what !== 'restart');
  return isQuiet && timeout === undefined && requestTimeout <= 15_000 && mishaps.length <= 3;
}
