import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Executor } from '../../request/execute.ts';
import { randomId } from '../../runtime/random.ts';
import { pauseFor } from '../../runtime/signals.ts';
import { jsonOrText } from '../../wire/json.ts';
import { isPublishId, publishIdIn } from '../../wire/publish-id.ts';
import { isRecord } from '../../wire/read.ts';
import { attempting } from './endpoint.ts';
import { Entry } from './entry.ts';
import { closedError, storageError } from './errors.ts';
import type { Tell } from './teller.ts';
import type { QueuedMessage, QueueStorage } from './types.ts';

const { operation } = attempting;
const VERSION = 1;
/** Digits of the number at the beginning of a key: keys are in the order of the messages. */
const DIGITS = 16;
const KEY = /^(\d{16})-/;
/** Numbers above are nobody's: sums with them would not be exact. */
const LARGEST = 9e15;

/** What keeping needs of a queue. */
interface Keeping {
  readonly executor: Executor;
  readonly channel: string;
  readonly storage: QueueStorage;
  /** Told of what no promise tells. */
  readonly tell: Tell;
}

/** The messages of a queue in a storage of the program's. */
export class Kept {
  readonly #needs: Keeping;
  readonly #suffix: string;
  /** The number of the first key, above all that were there. */
  #first = 0;
  /** Settles when the storage has all that it was given so far: one after the other, so that a crash leaves no hole. */
  #last: Promise<unknown> = Promise.resolve();
  readonly #closing = new AbortController();
  /** Changes that the storage was asked for, until it has made them. */
  readonly #changes = new Set<Promise<unknown>>();

  constructor(needs: Keeping) {
    this.#needs = needs;
    // Tells the keys of two processes apart.
    this.#suffix = randomId(needs.executor.settings.random).slice(0, 8);
  }

  /** The messages that were left there for this user and channel, in order. */
  async load(): Promise<readonly Entry[]> {
    const found = new Map<unknown, Entry>();
    const { storage } = this.#needs;
    const entries = await this.#ask('entries()', async () => iteratorOf(storage.entries()));
    try {
      for (;;) {
        const next = await this.#ask('entries()', async () => entryIn(await entries.next()));
        if (!next) break;
        const [key, text] = next;
        // A storage may repeat itself.
        const entry = found.has(key) ? undefined : await this.#read(key, text);
        if (entry) found.set(key, entry);
      }
    } catch (thrown) {
      // Not awaited: it may hang as the rest does. Nor does its failure count, which is not the first.
      (async () => entries.return?.())().catch(() => undefined);
      throw thrown;
    }
    return [...found.values()].sort(({ key: one = '' }, { key: other = '' }) => (one < other ? -1 : 1));
  }

  /** Asks the storage for nothing more. */
  close(): void {
    this.#closing.abort();
  }

  /** Resolves when the storage has made its changes, or has taken too long: the program may close it now. */
  async idle(): Promise<void> {
    const { clock, requestTimeout } = this.#needs.executor.settings;
    const waiting = new AbortController();
    const late = pauseFor(clock, requestTimeout, waiting.signal).catch(() => undefined);
    await Promise.race([Promise.allSettled(this.#changes), late]);
    waiting.abort();
  }

  /** Puts a message there, under the key of its place. Rejects with `PN-2009`. */
  async put(entry: Entry, place: number): Promise<void> {
    const key = `${String(this.#first + place).padStart(DIGITS, '0')}-${this.#suffix}`;
    const stored = this.#last.then(async () => {
      if (entry.isSettled) return;
      const value = await this.#valueOf(entry);
      entry.key = key;
      await this.#needs.storage.put(key, value);
    });
    entry.stored = this.#last = stored.catch(() => undefined);
    try {
      await this.#change('put()', () => stored);
    } catch (thrown) {
      // It may have been written all the same, or may yet be. What a closed queue leaves there is for the next one.
      if (!this.#closing.signal.aborted) this.#noted(this.#undo(entry, stored)).catch(() => undefined);
      throw thrown;
    }
  }

  async #undo(entry: Entry, stored: Promise<void>): Promise<void> {
    await stored.catch(() => undefined);
    if (entry.key !== undefined) await this.#needs.storage.delete(entry.key);
  }

  /** Notes that a message may have been sent from now on. What fails is told, and rejects with `PN-2009`. */
  async mark(entry: Entry): Promise<void> {
    const { key } = entry;
    if (entry.isMarked || key === undefined) return;
    entry.isMarked = true;
    try {
      await this.#change('put()', async () => this.#needs.storage.put(key, await this.#valueOf(entry)));
    } catch (thrown) {
      entry.isMarked = false;
      throw this.#told(entry, thrown);
    }
  }

  /** Removes a message; tries twice. What fails is told. */
  async delete(entry: Entry): Promise<void> {
    if (entry.key === undefined && entry.stored === undefined) return;
    const remove = () => this.#remove(entry);
    try {
      await remove().catch(remove);
    } catch (thrown) {
      this.#told(entry, thrown);
    }
  }

  async #remove(entry: Entry): Promise<void> {
    await this.#change('delete()', async () => {
      await entry.stored;
      if (entry.key !== undefined) await this.#needs.storage.delete(entry.key);
    });
  }

  #told(entry: Entry, thrown: unknown): PubNubError {
    const { executor, tell } = this.#needs;
    const error = executor.failure(operation, thrown);
    if (error.code !== 'PN-2004') tell(error, shown(entry));
    return error;
  }

  async #valueOf({ id, text, meta, isMarked }: Entry): Promise<string> {
    const { executor, channel } = this.#needs;
    const { userId, subscribeKey, clock } = executor.settings;
    const since = isMarked ? clock.now() : undefined;
    const head = { v: VERSION, k: subscribeKey, u: userId, c: channel, i: id, s: since };
    const payload = executor.codec ? `"x":${await executor.codec.encrypt(JSON.parse(text))}` : `"m":${text}`;
    return `${JSON.stringify(head).slice(0, -1)},"e":${meta},${payload}}`;
  }

  async #read(key: unknown, text: unknown): Promise<Entry | undefined> {
    const { executor, tell } = this.#needs;
    try {
      if (typeof key !== 'string' || typeof text !== 'string') throw new TypeError('it is no text');
      const [, number] = KEY.exec(key) ?? [];
      if (Number(number) < LARGEST) this.#first = Math.max(this.#first, Number(number) + 1);
      return await this.#entryOf(key, jsonOrText(text));
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      const what = `the entry ${JSON.stringify(key)} of the storage cannot be read, and stays there: ${why}`;
      tell(executor.failure(operation, storageError(what, thrown)), typeof key === 'string' ? { key } : {});
      return undefined;
    }
  }

  async #entryOf(key: string, record: unknown): Promise<Entry | undefined> {
    const { executor, channel } = this.#needs;
    const { subscribeKey, userId, clock } = executor.settings;
    if (!isRecord(record)) throw new TypeError('it is no JSON object');
    const { v, k, u, c, i: id, s, e: meta, m, x } = record;
    if (v !== VERSION) throw new TypeError('its version is unknown');
    // Other queues may share the storage.
    if (k !== subscribeKey || u !== userId || c !== channel) return undefined;
    if (!isPublishId(id) || publishIdIn(meta) !== id) throw new TypeError('it has no id');
    if (x !== undefined && !executor.codec) throw new TypeError('it is encrypted, and the client has no key');
    const message = x === undefined ? m : await executor.codec?.decrypt(x);
    if (message === undefined) throw new TypeError('it has no message');
    // Between two processes there is no other clock.
    const since =
      typeof s === 'number' ? ([s, clock.monotonic() - Math.max(0, clock.now() - s)] as const) : undefined;
    return new Entry({ id, text: JSON.stringify(message), meta: JSON.stringify(meta) }, { key, since });
  }

  #change(method: string, work: () => Promise<void>): Promise<void> {
    return this.#ask(method, () => this.#noted(work()));
  }

  #noted(change: Promise<void>): Promise<void> {
    this.#changes.add(change);
    const forget = () => void this.#changes.delete(change);
    change.then(forget, forget);
    return change;
  }

  async #ask<T>(method: string, work: () => Promise<T>): Promise<T> {
    const { executor } = this.#needs;
    const timeout = executor.settings.requestTimeout;
    const failed = (why: string, cause?: unknown) => storageError(`${method} of the storage ${why}`, cause);
    const limits = {
      timeout,
      onTimeout: () => failed(`did not end within ${timeout} ms`),
      signal: this.#closing.signal,
      onAbort: () => closedError('the queue was closed'),
    };
    try {
      return await executor.within(limits, work);
    } catch (thrown) {
      throw PubNubError.is(thrown) ? thrown : failed('failed', thrown);
    }
  }
}

type Found = readonly [key: unknown, value: unknown];

// A storage is the program's, and may give anything.
function iteratorOf(entries: AsyncIterable<Found>): AsyncIterator<Found> {
  const iterator = entries[Symbol.asyncIterator]();
  if (typeof Object(iterator).next !== 'function') throw new TypeError('it gives no iterator');
  return iterator;
}

function entryIn({ done, value }: IteratorResult<Found>): Found | undefined {
  if (done) return undefined;
  if (!Array.isArray(value)) throw new TypeError('it gives what is no entry');
  return value as readonly unknown[] as Found; // Key and value are checked when they are read.
}

/** A message as `onError` is told of it. */
export function shown({ key, id, text }: Entry): QueuedMessage {
  return { ...(key !== undefined && { key }), id, message: JSON.parse(text) };
}
