import type { Timetoken } from '../protocol/timetoken.ts';
import { type CallSite, TestNetworkError } from './errors.ts';
import { connectionError } from './fault-answers.ts';
import { check, PROMISE, TEXT } from './given.ts';
import { Keys } from './keys.ts';
import { Listening } from './listening.ts';
import { requestOf } from './operations.ts';
import { checkNetworkOptions, type EndOptions, type TestNetworkOptions } from './options.ts';
import { TestPeople } from './people.ts';
import { type ListenOptions, listen, type Port } from './port.ts';
import { Problems } from './problems.ts';
import { SeededRandom } from './random.ts';
import { type Recording, readRecording } from './recording.ts';
import { checkReplayOptions, type Replay, type ReplayOptions } from './replay.ts';
import { Replays } from './replays.ts';
import { Seen } from './seen.ts';
import { turn, turnOfSockets, turnOfThreads } from './system.ts';
import { type NetworkClock, networkClock } from './test-clock.ts';
import { TestOrigin } from './test-origin.ts';
import type { TestRequest } from './test-request.ts';
import { Waits } from './waits.ts';
import { Wire } from './wire.ts';

// What happens without being seen is short: to encrypt something takes three operations on other threads, to hand an
// answer from msw to its client a few turns of the event loop.
const IN_PROCESS = [turn, turn, turnOfThreads, turnOfThreads, turnOfThreads, turn];
const ON_SOCKETS = [...IN_PROCESS, turnOfSockets, turnOfSockets, turnOfSockets];

/** The parts of a test network, and how they hang together. */
export class Backstage {
  readonly clock: NetworkClock;
  readonly random: SeededRandom;
  readonly keys: Keys;
  readonly wire: Wire;
  readonly origin: TestOrigin;
  readonly waits: Waits;
  readonly seen = new Seen();
  readonly listening = new Listening();
  readonly ports = new Set<Port>();
  readonly #replays = new Replays();
  readonly #problems = new Problems();
  /** Further origins that handlers answer for. */
  readonly origins: readonly string[];
  readonly #operations: TestNetworkOptions['operations'];
  #ending = false;
  #closed = false;

  constructor(given: TestNetworkOptions | undefined) {
    const options = checkNetworkOptions(given);
    const { time = 'virtual', seed = 1, patience = 2_000, keysets, limits, operations } = options;
    this.origins = options.origins ?? [];
    this.#operations = operations;
    this.clock = networkClock(time, () => this.#quiet(() => this.wire.busy));
    this.random = new SeededRandom(seed);
    this.keys = new Keys(keysets);
    this.waits = new Waits(patience, (message) => this.error(message));
    const clock = this.clock.elsewhere;
    this.origin = new TestOrigin({
      ...{ clock, random: this.random.next, keysets, limits },
      onAppend: (subscribeKey, request, stamp) => this.seen.appended(subscribeKey, request, stamp),
    });
    this.wire = new Wire({ clock, origin: this.origin.fetch, events: this.#events() });
  }

  /** The people on the keyset that the code under test uses. Throws a `TypeError` when it uses several. */
  get people(): TestPeople {
    return this.peopleOn(this.keys.current.subscribeKey);
  }

  /** The people on a keyset. */
  peopleOn(subscribeKey: string): TestPeople {
    check('network.keyset(): subscribeKey', subscribeKey, TEXT);
    return new TestPeople({
      keyset: this.keys.of(subscribeKey),
      checkOpen: () => this.checkOpen(),
      clock: this.clock,
      fetch: this.origin.fetch,
      store: () => this.origin.storeOf(subscribeKey),
      published: (key, timetoken) => this.seen.own(key, timetoken),
      settle: () => this.idle(),
    });
  }

  /** Plays a recording on the keyset that the code under test uses. */
  async replay(recording: Recording, options?: ReplayOptions): Promise<Replay> {
    this.checkOpen();
    const { speed } = checkReplayOptions(options);
    const events = await readRecording(recording);
    const { people, origin, seen, keys } = this;
    const { subscribeKey } = keys.current;
    const stage = {
      clock: this.clock.elsewhere,
      store: await people.store(),
      most: Math.min(50, origin.queueLength),
      onPlayed: (timetoken: Timetoken) => seen.own(subscribeKey, timetoken),
      settle: () => this.idle(),
    };
    return this.#replays.play(events, stage, speed);
  }

  /** Puts the network on a port. */
  async listen(options?: ListenOptions): Promise<Port> {
    this.checkOpen();
    const port = await listen(this.wire.fetch, options);
    this.ports.add(port);
    // It takes a moment, in which the network may have been closed.
    if (this.#ending) await port.close();
    this.checkOpen();
    return port;
  }

  /** Resolves when nothing more happens by itself; what only waits for time to stand still, happens. */
  idle(): Promise<void> {
    return this.#quiet(() => this.wire.busy || this.clock.isAwaited);
  }

  #quiet(busy: () => boolean): Promise<void> {
    const expected = () => {
      const open = this.wire.open.map(({ operation }) => operation);
      return `The network was expected to become quiet. Under way: ${open.join(', ') || 'nothing'}.`;
    };
    return this.waits.untilQuiet({ busy, turns: this.ports.size > 0 ? ON_SOCKETS : IN_PROCESS }, expected);
  }

  /** Moves time on until a promise settles, an hour at most. */
  async settled<T>(promise: Promise<T>, site: CallSite): Promise<T> {
    check('network.settled(): the promise', promise, PROMISE);
    let pending = true;
    const done = () => {
      pending = false;
    };
    promise.then(done, done);
    await this.idle();
    // In small steps first: what the promise does next should not be far from where it has settled.
    const limit = this.clock.now() + 3_600_000;
    for (let step = 100; pending && this.clock.now() < limit; step = Math.min(step * 2, 30_000))
      await this.clock.advance(step);
    if (!pending) return promise;
    const error = this.error('A promise was expected to settle within an hour of the clock.');
    site(error);
    throw error;
  }

  /** An error that ends in the transcript. */
  error(message: string, options?: ErrorOptions): TestNetworkError {
    return new TestNetworkError(message, this.wire.transcript.entries, options);
  }

  /** What the test leaves behind, as an error; `undefined` when there is nothing. */
  async leftovers({ test }: EndOptions, openIsFine = false): Promise<TestNetworkError | undefined> {
    // What does not become quiet must not keep the next test from beginning.
    const noise: unknown = await this.idle().catch((error: unknown) => error);
    if (noise) this.#problems.note('The network did not become quiet.');
    const left = this.#problems.take(test, openIsFine ? [] : this.wire.open);
    return left && this.error(left.text, { cause: left.cause });
  }

  /** Forgets what a test has seen and set, and leaves origin and clients alone. */
  forget(): void {
    this.#mend();
    this.wire.transcript.clear();
  }

  /** Begins anew, with a new origin; what is under way ends. */
  async renew(): Promise<void> {
    await this.#clear();
    this.wire.transcript.clear();
    if (!this.#closed) this.origin.renew();
  }

  /** Throws when the network has been closed, or is being: nothing that a test does there would come to anything. */
  checkOpen(): void {
    if (!this.#ending) return;
    throw this.error('The test network is closed. Make another one: createTestNetwork().');
  }

  /** The test does nothing more; clients still may. */
  end(): void {
    this.#ending = true;
  }

  /** Ends everything. */
  async close(): Promise<void> {
    this.#ending = true;
    this.#closed = true;
    await this.#clear();
    this.#problems.end();
    for (const port of this.ports) await port.close();
    this.ports.clear();
  }

  // The transcript stays: what is said of a network that is closed ends in it.
  #mend(): void {
    this.#replays.stop();
    this.wire.conditions.mend();
    this.wire.faults.clear();
    this.seen.clear();
  }

  async #clear(): Promise<void> {
    // A poll that nobody answers would outlive msw's own end.
    await this.origin.close();
    if (this.wire.open.length > 0) {
      await this.idle().catch(() => undefined);
      this.wire.cut(() => connectionError('ECONNRESET', 'The test has ended.'));
      await this.idle().catch(() => undefined);
    }
    this.waits.end();
    this.#mend();
    this.listening.clear();
    this.keys.forget();
    this.random.reset();
    this.clock.reset();
  }

  #events() {
    return {
      changed: () => this.waits.changed(),
      opened: (request: TestRequest) => this.#opened(request),
      broken: (message: string, cause: unknown) => {
        this.#problems.note(message);
        return this.error(message, cause === undefined ? undefined : { cause });
      },
      reached: (request: TestRequest) => this.listening.reached(request),
      failed: (request: TestRequest) => this.listening.failed(request),
      answered: (request: TestRequest, text: string) => {
        this.listening.answered(request);
        if (request.operation === 'subscribe') this.seen.delivered(request, text);
      },
    };
  }

  #opened(request: TestRequest): void {
    if (this.#closed) throw connectionError('ECONNREFUSED', 'The test network is closed.');
    // Not before: a network that nobody uses need not be closed.
    this.#problems.watch();
    this.keys.use(request.subscribeKey);
    const { operation } = request;
    const expected = this.#operations;
    if (operation !== 'unknown' && (!expected || expected.some((name) => requestOf(name) === operation)))
      return;
    throw this.error(this.#problems.unexpected(request, expected));
  }
}
