import { type CipherOptions, Ciphers } from './ciphers.ts';
import { TestClients } from './clients.ts';
import { TestNetworkError } from './errors.ts';
import { connectionError } from './fault-answers.ts';
import { Observer } from './observer.ts';
import { checkNetworkOptions, type EndOptions, type TestNetworkOptions } from './options.ts';
import type { Port } from './port.ts';
import { SeededRandom } from './random.ts';
import type { Player } from './replay.ts';
import { type NetworkClock, networkClock } from './test-clock.ts';
import { TestOrigin } from './test-origin.ts';
import { Transcript } from './transcript.ts';
import { Waits } from './waits.ts';
import { Wire } from './wire.ts';

/** The parts of a test network. */
export interface NetworkParts {
  readonly clock: NetworkClock;
  readonly random: SeededRandom;
  readonly origin: TestOrigin;
  readonly wire: Wire;
  readonly observer: Observer;
  readonly waits: Waits;
  readonly ciphers: Ciphers;
  /** The options by which clients encrypt as the network does. */
  readonly cipher: CipherOptions;
  readonly transcript: Transcript;
  /** Further origins that the msw handlers answer for. */
  readonly origins: readonly string[];
  /** The clients that end with the network. */
  readonly clients: TestClients;
  readonly ports: Set<Port>;
  readonly players: Set<Player>;
  /** Makes an error that ends in the transcript. */
  readonly error: (message: string, options?: ErrorOptions) => TestNetworkError;
}

/** Makes the parts of a network, and connects them. */
export function networkParts(options: TestNetworkOptions | undefined): NetworkParts {
  const checked = checkNetworkOptions(options);
  const { time = 'virtual', seed = 1, patience = 2_000, origins = [] } = checked;
  const { keysets, limits, operations } = checked;
  const { cipherKey, cryptoModule } = checked;
  const cipher = { ...(cipherKey && { cipherKey }), ...(cryptoModule && { cryptoModule }) };
  const ciphers = new Ciphers(cipher);
  const transcript = new Transcript();
  const error: NetworkParts['error'] = (message, cause) =>
    new TestNetworkError(message, transcript.entries, cause);
  const waits = new Waits({ patience, error, parts: () => parts });
  const clock = networkClock(time, async () => {
    // A replay waits for its events itself: until they have arrived, the clock stands still.
    await Promise.allSettled(Array.from(parts.players, ({ playing }) => playing));
    await waits.quiet();
  });
  const random = new SeededRandom(seed);
  const observer = new Observer({ keysets, operations, error, ciphers });
  const origin = new TestOrigin({
    ...{ clock: clock.elsewhere, random: random.next, keysets, limits, error },
    onAppend: (key, request, stamp) => observer.messages.append(key, request, stamp),
  });
  const changed = () => waits.changed();
  const wire = new Wire({ clock: clock.elsewhere, transcript, observer, changed });
  const parts: NetworkParts = {
    ...{ clock, random, origin, wire, observer, waits, transcript, origins, error, ciphers, cipher },
    clients: new TestClients(ciphers),
    ports: new Set(),
    players: new Set(),
  };
  return parts;
}

/**
 * Closes the clients of the network, when the calls that are under way have ended. One whose own clock keeps it from
 * closing is left open.
 */
export async function closeClients({ clients, waits }: NetworkParts): Promise<void> {
  if (clients.size === 0) return;
  // What is not quiet is reported later.
  await waits.idle().catch(() => undefined);
  await waits.patiently(clients.close());
}

/** The error that reports what a test left behind; `undefined` if it left nothing. */
export async function leftovers(
  { waits, wire, observer }: NetworkParts,
  { test }: EndOptions,
  mayBeOpen: boolean,
): Promise<Error | undefined> {
  // A network that does not become quiet must not stop the next test from starting.
  const noise: unknown = await waits.idle().catch((reason: unknown) => reason);
  if (noise) observer.note('The network did not become quiet.');
  return observer.takeProblems(test, mayBeOpen ? [] : wire.open);
}

/** Ends replays, faults and conditions, and forgets the messages; origin and clients stay as they are. */
export function mend({ players, wire, observer }: NetworkParts): void {
  for (const player of players) player.stop();
  players.clear();
  wire.conditions.mend();
  wire.faults.clear();
  observer.messages.clear();
}

/** Ends what is under way, closes the origin, and forgets everything but the transcript, in which later errors end. */
export async function clear(parts: NetworkParts): Promise<void> {
  const { origin, wire, waits, observer, random, clock, ciphers } = parts;
  // An open poll would outlive the end of msw.
  await origin.close();
  if (wire.open.length > 0) {
    await waits.idle().catch(() => undefined);
    wire.cut(() => connectionError('ECONNRESET', 'The test has ended.'));
    await waits.idle().catch(() => undefined);
  }
  waits.end();
  mend(parts);
  observer.clear();
  ciphers.forget();
  random.reset();
  clock.reset();
}

/** Closes everything for good. */
export async function close(parts: NetworkParts): Promise<void> {
  parts.observer.close();
  await clear(parts);
  for (const port of parts.ports) await port.close();
  parts.ports.clear();
}
