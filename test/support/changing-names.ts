import type { AnyChannels, PubNub, Subscription } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import {
  acceptedIn,
  CHANNELS,
  type Change,
  covers,
  GROUPS,
  groupOf,
  isGroup,
  NAMES,
  type Script,
  type Step,
} from './changing-names-script.ts';

// With `recovers` the queue is too short for what comes, and history has the rest.
const FEW = 3;
const KEYSET = { subscribeKey: 'demo', publishKey: 'demo', secretKey: 'sec', access: true };
const MOST_SUBSCRIPTIONS = 12;

interface Sent {
  readonly channel: string;
  readonly number: number;
  readonly timetoken: bigint;
}

/** One subscription of the program, and what it got. */
class Watched {
  readonly names: readonly string[];
  /** It gets what is later; `undefined`: what comes once it is subscribed, which nobody knows. */
  readonly from: bigint | undefined;
  readonly subscription: Subscription<AnyChannels, string>;
  readonly got: { readonly channel: string; readonly number: number }[] = [];
  isEnded = false;
  readonly #messages: AsyncIterator<{ readonly channel: string; readonly message: unknown }> | undefined;
  #isReading = false;
  #isHungry = false;

  constructor(
    subscription: Subscription<AnyChannels, string>,
    {
      names: own,
      from,
      isSlow,
    }: { readonly names: readonly string[]; readonly from: bigint | undefined; readonly isSlow: boolean },
  ) {
    this.subscription = subscription;
    this.names = own;
    this.from = from;
    if (isSlow) this.#messages = subscription.messages({ buffer: 1 });
    else subscription.on('message', (event) => this.#add(event));
  }

  /** Reads one message more, if it is slow. */
  read(): void {
    if (this.#isReading || !this.#messages) return;
    this.#isReading = true;
    void this.#messages.next().then(({ value, done }) => {
      this.#isReading = false;
      if (done) return;
      this.#add(value);
      if (this.#isHungry) this.read();
    });
  }

  readAll(): void {
    this.#isHungry = true;
    this.read();
  }

  #add({ channel, message }: { readonly channel: string; readonly message: unknown }): void {
    this.got.push({ channel, number: Number(message) });
  }
}

/** A program that changes what it listens to, from outside and from its handlers, on a network that asks for permissions. */
class Program {
  readonly #network;
  readonly #server;
  readonly #recovers;
  readonly #tokens = new Map<string, string>();
  readonly #watched: Watched[] = [];
  readonly #sent: Sent[] = [];
  readonly #gaps: unknown[] = [];
  readonly #unsubscribed = new Set<string>();
  #isOver = false;
  #start = 0n;

  constructor(recovers: boolean) {
    this.#recovers = recovers;
    this.#network = createTestNetwork({
      keysets: [KEYSET],
      ...(recovers && { limits: { queueLength: FEW } }),
    });
    this.#server = this.#network.client('server', { secretKey: 'sec' });
  }

  /** Runs a script, and resolves to what is wrong in the end. */
  async run(steps: readonly Step[]): Promise<readonly string[]> {
    try {
      const pubnub = await this.#open(steps);
      for (const one of steps) await this.#do(pubnub, one);
      for (const watched of this.#watched) watched.readAll();
      this.#isOver = true;
      this.#network.delay(0);
      await this.#network.clock.advance(5_000);
      this.#change(pubnub, { do: 'token', accepted: NAMES });
      await this.#network.clock.advance(1_200_000);
      return [
        ...this.#gaps.map((gap) => `gap: ${JSON.stringify(gap)}`),
        ...this.#watched.flatMap((watched) => this.#problems(watched)),
      ];
    } finally {
      await this.#network.close();
    }
  }

  async #open(steps: readonly Step[]): Promise<PubNub> {
    const { clock } = this.#network;
    for (const [group, channels] of Object.entries(GROUPS))
      await this.#network.settled(
        this.#server.addChannelsToChannelGroup().channelGroup(group).channels(channels).execute(),
      );
    // Handlers cannot wait for a token.
    for (const accepted of [NAMES, ...steps.flatMap(acceptedIn)])
      this.#tokens.set(String(accepted), await this.#tokenFor(accepted));
    const token = this.#tokens.get(String(NAMES));
    const recovery = this.#recovers ? 'history' : 'none';
    const pubnub = this.#network.client('reader', {
      logger: {},
      recovery,
      ...(token !== undefined && { token }),
    });
    pubnub.on('gap', (gap) => gap.recovered !== 'complete' && this.#gaps.push(gap));
    for (const own of [['a'], ['b', '@g'], ['a.*', '@h'], ['a.x', 'a.*', 'b', '@g', 'g']])
      this.#subscribe(pubnub, { names: own, begin: 'now', isSlow: false });
    await clock.advance(10_000);
    this.#start = BigInt(clock.now()) * 10_000n - 10_000n;
    return pubnub;
  }

  #tokenFor(accepted: readonly string[]): Promise<string> {
    const allow = (all: readonly string[], ...rights: readonly ('read' | 'manage')[]) =>
      Object.fromEntries(all.map((name) => [name, rights]));
    const channels = allow(['none', ...accepted.filter((name) => !isGroup(name))], 'read');
    // What history has of a group is read by who may list it.
    const groups = allow(['none', ...accepted.filter(isGroup).map(groupOf)], 'read', 'manage');
    return this.#network.settled(
      this.#server.grantToken().ttl(60).channels(channels).groups(groups).execute(),
    );
  }

  async #do(pubnub: PubNub, one: Step): Promise<void> {
    const network = this.#network;
    if (one.do === 'publish') {
      const number = this.#sent.length + 1;
      const { timetoken } = await network.settled(
        this.#server.publish().channel(one.channel).message(number).execute(),
      );
      this.#sent.push({ channel: one.channel, number, timetoken: BigInt(timetoken) });
    } else if (one.do === 'wait') await network.clock.advance(one.milliseconds);
    else if (one.do === 'delay') network.delay(one.milliseconds);
    else if (one.do === 'cut') network.fail('subscribe', { with: 'reset' });
    else if (one.do === 'read') this.#watched[one.index]?.read();
    else if (one.do === 'answer') {
      let left = one.times;
      const answer = () => left-- > 0 && !this.#isOver && this.#change(pubnub, one.change);
      if (one.index === undefined) pubnub.on('message', answer);
      else this.#watched[one.index]?.subscription.on('message', answer);
    } else this.#change(pubnub, one);
  }

  #change(pubnub: PubNub, one: Change): void {
    if (one.do === 'token') pubnub.setToken(this.#tokens.get(String(one.accepted)) ?? '');
    else if (one.do === 'subscribe') this.#subscribe(pubnub, one);
    else if (one.do === 'unsubscribe') {
      const { name } = one;
      const call = pubnub.unsubscribe();
      void (isGroup(name) ? call.channelGroups(groupOf(name)) : call.channels(name)).execute();
      this.#unsubscribed.add(name);
    } else if (one.do === 'end') {
      const watched = this.#watched[one.index];
      if (!watched || watched.isEnded || this.#watched.filter(({ isEnded }) => !isEnded).length < 2) return;
      watched.isEnded = true;
      watched.subscription.unsubscribe();
    } else {
      pubnub.disconnect();
      pubnub.reconnect();
    }
  }

  #subscribe(
    pubnub: PubNub,
    {
      names: own,
      begin: where,
      isSlow,
    }: Pick<Extract<Change, { do: 'subscribe' }>, 'names' | 'begin' | 'isSlow'>,
  ): void {
    if (this.#watched.length >= MOST_SUBSCRIPTIONS) return;
    const middle = this.#sent[this.#sent.length >> 1]?.timetoken ?? this.#start;
    const from = where === 'now' ? undefined : where === 'past' ? this.#start : middle;
    const [groups, channels] = [own.filter(isGroup).map(groupOf), own.filter((name) => !isGroup(name))];
    const call = pubnub.subscribe({ channels, channelGroups: groups });
    const subscription = (from === undefined ? call : call.withTimetoken(from)).execute();
    // Those that are there before anything is published have to get everything.
    const expected = from ?? (this.#start === 0n ? 0n : undefined);
    this.#watched.push(new Watched(subscription, { names: own, from: expected, isSlow }));
  }

  #problems({ names: own, from, got, isEnded }: Watched): readonly string[] {
    if (isEnded) return [];
    return CHANNELS.flatMap((channel) => {
      const numbers = got.filter((one) => one.channel === channel).map(({ number }) => number);
      const sent = this.#sent.filter((one) => one.channel === channel);
      const isTheirs = own.some((name) => covers(name, channel));
      const isKept = own.some((name) => covers(name, channel) && !this.#unsubscribed.has(name));
      const problem =
        (numbers.some((number, at) => number <= (numbers[at - 1] ?? 0)) && 'twice, or out of order') ||
        (numbers.length > 0 && !isTheirs && 'of a channel of others') ||
        (isKept &&
          from !== undefined &&
          String(numbers) !==
            String(sent.filter(({ timetoken }) => timetoken > from).map(({ number }) => number)) &&
          'not what was published');
      return problem
        ? [`${own} from ${from} on ${channel}, ${problem}: ${numbers} of ${sent.map(({ number }) => number)}`]
        : [];
    });
  }
}

/** Runs a script in a world of its own, and resolves to what is wrong in the end. */
export function problemsOf({ recovers, steps }: Script): Promise<readonly string[]> {
  return new Program(recovers).run(steps);
}
