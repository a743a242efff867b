import type { ChannelName, PayloadTo } from '../../channels.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import type { PartType } from '../../feature.ts';
import type { AsJson, Json } from '../../wire/json.ts';
import type { PublishResult } from '../message.ts';

/**
 * Where a queue keeps messages that are not sent yet: texts by key. A failure of any method, or one that takes longer than the
 * client's `transactionalRequestTimeout`, is a `PN-2009`.
 */
export interface QueueStorage {
  /** Keeps a value; one that is there under this key is replaced. */
  put(key: string, value: string): Promise<void>;
  /** Removes a value; does nothing if there is none. */
  delete(key: string): Promise<void>;
  /** All values, in any order. */
  entries(): AsyncIterable<readonly [key: string, value: string]>;
}

/** What `onError` is told of an entry, as far as it is known. */
export interface QueuedMessage {
  /** Its key in the storage. */
  readonly key?: string;
  readonly id?: string;
  readonly message?: unknown;
  readonly meta?: Json;
}

/** Options of `publishQueue()`. */
export interface PublishQueueOptions {
  /** Sends one message at a time, each after the one before has settled; `false` sends up to eight at once. @default true */
  readonly ordered?: boolean;
  /** Requests per second at most, evenly spaced; may be below one. @default no limit */
  readonly maxPerSecond?: number;
  /** Messages that may be in the queue, those under way included; a further one rejects with `PN-2008`. @default 1000 */
  readonly maxQueued?: number;
  /** Bytes of JSON text that they may have together, as `maxQueued`. @default 16 MiB */
  readonly maxQueuedBytes?: number;
  /** Keeps messages until they have settled, also beyond the process: what is there is sent first. @default none */
  readonly persistTo?: QueueStorage;
  /**
   * Is told what no promise tells: that a message of an earlier process was refused, that an entry of the storage cannot be
   * read, or that the storage has failed. @default the client's logger is told
   */
  readonly onError?: (error: PubNubError, message: QueuedMessage) => unknown;
}

/** Options of a message in a queue. */
export interface QueuedOptions {
  /** The id that makes it safe to repeat, 1 to 128 characters. @default a random one */
  readonly id?: string;
  /** Metadata of the message, a JSON object: filters can use it, and subscribers receive it as `userMetadata`. */
  readonly meta?: Json;
  /** Takes the message out, with `PN-2003`; one that is under way may have been sent. */
  readonly signal?: AbortSignal;
}

/** Publishes to one channel, one message after the other, each until it is accepted. */
export interface PublishQueue<M> extends AsyncDisposable {
  /**
   * Puts a message into the queue, JSON or bytes; it is copied. Resolves when the server has it. Rejects at once if it can
   * never be sent (`PN-1xxx`), does not fit (`PN-2008`) or cannot be kept (`PN-2009`); later when the server refuses it, and with `PN-2003`
   * by its signal. A failure that may pass is waited out.
   */
  publish<const X extends M>(
    message: X extends Uint8Array ? X : X & AsJson<X>,
    options?: QueuedOptions,
  ): Promise<PublishResult>;
  /** Messages that have not settled. */
  readonly size: number;
  /**
   * Resolves when the queue is empty. Rejects with `PN-2003` by the signal, with `PN-2004` when the queue is closed, and with
   * `PN-2009` when the storage does not tell what an earlier process has left, so that nobody knows whether it is empty; the
   * next `drain()` asks again.
   */
  drain(options?: { readonly signal?: AbortSignal }): Promise<void>;
  /**
   * Ends the queue: what has not settled rejects with `PN-2004`; entries of a storage stay there. Resolves when the storage
   * has made the changes that it was asked for, or after the `transactionalRequestTimeout`: the program may close it then.
   */
  close(): Promise<void>;
}

/** The type of `publishQueue()`. */
export interface PublishQueueStart extends PartType {
  readonly start: <const N extends ChannelName<this['~map']>>(
    channel: N,
    options?: PublishQueueOptions,
  ) => PublishQueue<PayloadTo<this['~map'], N>>;
}
