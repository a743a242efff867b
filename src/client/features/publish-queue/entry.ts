import type { PubNubError } from '../../errors/pubnub-error.ts';
import type { Moment } from '../../request/once.ts';
import type { PublishResult } from '../message.ts';

/** A message as it waits: texts take the least memory. */
export interface Waiting {
  readonly id: string;
  /** The JSON of the message. */
  readonly text: string;
  /** The JSON of its `meta`, which has the id too. */
  readonly meta: string;
}

/** Where a message came from. */
interface Source {
  /** Its key in the storage that it was found in. */
  readonly key?: string;
  /** Beginning of the first attempt that an earlier process may have made. */
  readonly since?: Moment | undefined;
}

/** A message of a queue, from its acceptance to its outcome. */
export class Entry implements Waiting {
  readonly id: string;
  readonly text: string;
  readonly meta: string;
  /** What it counts against the limit of the queue. */
  readonly bytes: number;
  /** What `publish()` returns. */
  readonly promise: Promise<PublishResult>;
  /** Whether an earlier process had accepted it: nobody has its promise. */
  readonly isRestored: boolean;
  readonly since: Moment | undefined;
  /** Its key in the storage, once it has one. */
  key: string | undefined;
  /** Settles when the storage has taken or refused it. */
  stored: Promise<unknown> | undefined;
  /** Whether the storage knows that it may have been sent. */
  isMarked = false;
  /** Whether its turn may come. */
  isReady = false;
  isSettled = false;
  /** What the server has made of it, while the storage still has it. */
  outcome: PublishResult | PubNubError | undefined;
  /** Called when it settles. */
  onSettled: (() => void) | undefined;
  // Both are set before the constructor returns.
  #resolve: (result: PublishResult) => void = () => undefined;
  #reject: (error: PubNubError) => void = () => undefined;

  constructor({ id, text, meta }: Waiting, { key, since }: Source = {}) {
    this.id = id;
    this.text = text;
    this.meta = meta;
    this.bytes = bytesOf(text) + bytesOf(meta);
    this.key = key;
    this.since = since;
    this.isRestored = this.isReady = key !== undefined;
    this.isMarked = since !== undefined;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (this.isRestored) this.excuse();
  }

  /** A rejection that nobody catches is no mistake of the program. */
  excuse(): void {
    this.promise.catch(() => undefined);
  }

  /** Settles the promise, by what the server said if it said anything; `false` if it was settled before. */
  settle(given: PublishResult | PubNubError): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    const { outcome = given } = this;
    if (outcome instanceof Error) this.#reject(outcome);
    else this.#resolve(outcome);
    this.onSettled?.();
    this.onSettled = undefined;
    return true;
  }
}

/** Bytes of a text in UTF-8. */
export function bytesOf(text: string): number {
  return new TextEncoder().encode(text).length;
}
