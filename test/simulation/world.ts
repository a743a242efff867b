import { type Clock, type PNStatus, PubNub, type PubNubOptions } from '../../src/index.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';
import { Dice } from './dice.ts';
import { ForeignOrigin } from './foreign-origin.ts';
import { Gate } from './gate.ts';
import { Network } from './network.ts';
import { OwnOrigin } from './own-origin.ts';
import type { Setting } from './plan.ts';
import { type Gap, type Got, gotOf, type Handle } from './record.ts';
import { fromOutside, type Server } from './server.ts';
import { Truth } from './truth.ts';

/** Timers that may fire in one instant. */
const STANDSTILL = 5_000;

/** A client, an origin, a network and time, in one process. */
export class World {
  readonly setting: Setting;
  /** True time; the client's own wall clock may be off. */
  readonly clock: VirtualClock = new VirtualClock(undefined, () => this.#settle());
  readonly truth = new Truth();
  readonly gate = new Gate();
  readonly server: Server;
  readonly net: Network;
  readonly client: PubNub;
  readonly handles = new Map<string, Handle>();
  /** What the client's own listeners got. */
  readonly seen: Got[] = [];
  readonly gaps: { readonly gap: Gap; readonly order: number }[] = [];
  readonly statuses: PNStatus[] = [];
  readonly states: { readonly state: string; readonly previous: string; readonly order: number }[] = [];
  /** When the script, not a handler, did something, in true milliseconds. */
  readonly calls: number[] = [];
  /** Handlers that were made to fail, and failures that were reported. */
  readonly failures = { made: 0, atEnd: 0, reported: 0 };
  readonly untils: { readonly state: string; settled?: 'resolved' | 'rejected' }[] = [];
  /** What a program could have kept, whenever it changed, in the order of everything that happens. */
  readonly cursors: { readonly text: string; readonly order: number }[] = [];
  /** What went wrong beside what the oracle finds. */
  readonly mishaps: string[] = [];
  /** Whether the client knows what came after version 0.1. */
  readonly hasHistory = hasHistory();
  closed = false;
  keptCursor: string | undefined;
  /** When something happened for which a client may give a handshake up, in the order of everything. */
  readonly upheavals: number[] = [];
  /** When the machine woke, or its wall clock was moved, in true milliseconds: a client notices within seconds. */
  readonly wokeAt: number[] = [];
  /** Milliseconds for which the machine slept, or for which its wall clock was moved. */
  slept = 0;
  #offset = 0;
  #payload = 0;
  #instant = { at: 0, count: 0 };
  #wake: { readonly promise: Promise<void>; resolve(): void } | undefined;

  constructor(setting: Setting, options: Partial<PubNubOptions> = {}) {
    this.setting = setting;
    const elsewhere = this.clock.elsewhere;
    this.server = serverOf(setting, elsewhere, this.truth);
    this.net = new Network({
      clock: elsewhere,
      truth: this.truth,
      gate: this.gate,
      server: () => this.server,
      awake: () => this.#wake?.promise,
      calls: () => this.calls.length - this.calls.findLastIndex((at) => at < this.clock.now()) - 1,
    });
    this.net.latency = setting.latency;
    this.client = new PubNub({
      subscribeKey: 'demo',
      publishKey: 'demo',
      userId: 'alice',
      transport: (request) => {
        this.noteCursor();
        return this.net.transport(request);
      },
      clock: this.#clientClock(),
      random: new Dice(9).next,
      ...optionsOf(setting),
      ...options,
    });
    this.listen();
  }

  /** The script did so many things that a client may send requests for. */
  called(times = 1): void {
    for (let count = 0; count < times; count++) this.calls.push(this.clock.now());
  }

  /** When something happens: its place in the order of everything, and the true time. */
  when(): { readonly order: number; readonly at: number } {
    return { order: this.truth.tick(), at: this.clock.now() };
  }

  /** Looks at the cursor that a program could keep now. */
  noteCursor(): void {
    const text = this.client.cursor;
    if (text !== undefined && text !== this.cursors.at(-1)?.text)
      this.cursors.push({ text, order: this.truth.tick() });
  }

  /** A payload that no other message has. */
  unique(): string {
    this.#payload += 1;
    return `m${this.#payload}`;
  }

  /** Somebody else publishes. */
  async tell(channel: string, payload: unknown, kind: 'publish' | 'signal' = 'publish'): Promise<void> {
    const text = encodeURIComponent(JSON.stringify(payload));
    const target = `/${kind}/demo/demo/0/${encodeURIComponent(channel)}/0/${text}?uuid=bob`;
    await this.server.handle(fromOutside(target));
  }

  /** Somebody else comes or goes. */
  async tellPresence(channel: string, user: string, joins: boolean): Promise<void> {
    if (this.server.tricks) return this.server.tricks.tellPresence(channel, user, joins);
    const verb = joins ? 'heartbeat' : 'leave';
    const path = `/v2/presence/sub-key/demo/channel/${encodeURIComponent(channel)}/${verb}`;
    await this.server.handle(fromOutside(`${path}?uuid=${user}&heartbeat=300`));
  }

  /** Somebody else changes a group. */
  async regroup(group: string, add: readonly string[], remove: readonly string[]): Promise<void> {
    const path = `/v1/channel-registration/sub-key/demo/channel-group/${encodeURIComponent(group)}`;
    for (const [verb, names] of [['add', add] as const, ['remove', remove] as const]) {
      if (names.length === 0) continue;
      await this.server.handle(
        fromOutside(`${path}?${verb}=${encodeURIComponent(names.join(','))}&uuid=bob`),
      );
    }
  }

  /** The client's wall clock jumps; its timers do not notice. */
  jump(milliseconds: number): void {
    this.#offset += milliseconds;
    this.wokeAt.push(this.clock.now());
    this.slept += Math.max(0, milliseconds);
  }

  /** The machine sleeps: its timers stand still, and what arrives waits. */
  async sleep(milliseconds: number): Promise<void> {
    this.slept += milliseconds;
    this.#wake = Promise.withResolvers<void>();
    await this.clock.sleep(milliseconds);
    this.#wake.resolve();
    this.#wake = undefined;
    this.wokeAt.push(this.clock.now());
    await settle(1);
  }

  // A timer that is set anew for at once, again and again, would let no time pass.
  async #settle(): Promise<void> {
    const at = this.clock.now();
    this.#instant = { at, count: this.#instant.at === at ? this.#instant.count + 1 : 1 };
    if (this.#instant.count > STANDSTILL)
      throw new Error('time stands still: timers are due at once for ever');
    await settle(1);
  }

  // Whatever a clock can do besides telling the wall's time does not jump.
  #clientClock(): Clock {
    return new Proxy(this.clock, {
      get: (target, name) => {
        if (name === 'now') return () => target.now() + this.#offset;
        const member: unknown = Reflect.get(target, name, target);
        return typeof member === 'function' ? member.bind(target) : member;
      },
    });
  }

  /** Adds the listeners that see what the client tells. */
  listen(): void {
    const { seen, client } = this;
    client.on('message', (event) => seen.push(gotOf('message', event, this.when())));
    client.on('signal', (event) => seen.push(gotOf('signal', event, this.when())));
    client.on('presence', (event) => seen.push(gotOf('presence', event, this.when())));
    client.on('gap', (gap) => this.gaps.push({ gap, order: this.truth.tick() }));
    client.on('status', (status) => this.statuses.push(status));
    client.on('state', ({ state, previous }) => {
      const order = this.truth.tick();
      this.states.push({ state, previous, order });
    });
    client.on('listenerError', ({ error }) => {
      this.failures.reported += 1;
      if (!(error instanceof Error && error.message === 'made to fail'))
        this.mishaps.push(`a listener failed by itself: ${error}`);
    });
    client.on('invalidMessage', ({ reason }) => this.mishaps.push(`invalidMessage: ${reason}`));
  }
}

function serverOf(setting: Setting, clock: Clock, truth: Truth): Server {
  const { origin, queue } = setting;
  if (origin === 'foreign') return new ForeignOrigin(clock, setting, truth);
  const queueLength = origin === 'roomy' ? 100_000 : queue;
  return new OwnOrigin(clock, { queueLength, liveSeconds: 86_400 }, truth);
}

function optionsOf({ policy, heartbeats, recovery, origin, queue }: Setting): Partial<PubNubOptions> {
  const threeAttempts = { delay: () => 3_000, maximumRetries: 3 };
  return {
    ...(policy === 'linear' && { reconnectionPolicy: 'LINEAR' }),
    ...(policy === 'three-attempts' && { reconnectionPolicy: threeAttempts }),
    ...(heartbeats && { heartbeatInterval: 30 }),
    ...(recovery === 'history' && hasHistory() && { recovery }),
    // A queue that is shorter than PubNub's is full earlier.
    ...(origin === 'foreign' && { requestMessageCountThreshold: queue }),
  };
}

let known: boolean | undefined;

/** Whether the client knows what reads history, which came after version 0.1. */
export function hasHistory(): boolean {
  if (known === undefined) {
    const client = new PubNub({ subscribeKey: 'demo', userId: 'nobody' });
    known = typeof Reflect.get(client.subscribe(), 'withLast') === 'function';
  }
  return known;
}
