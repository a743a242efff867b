import type { Entry } from '../entry.ts';
import type { ShardRules } from '../store.ts';
import type { PartName } from './methods.ts';

/** What the worker is started with. */
export interface WorkerSettings {
  readonly path: string;
  readonly durability: 'normal' | 'full';
  /** A random number for a file that is created. */
  readonly epoch: number;
}

/** A subscribe key by a number that this engine has given it, with the rules that hold from now on. */
export interface Opening {
  readonly shard: number;
  readonly subscribeKey: string;
  readonly rules: ShardRules;
}

/** One call of a method. */
export interface Call {
  readonly id: number;
  /** 0 for the engine. */
  readonly shard: number;
  /** `engine` has one method, which opens the file. */
  readonly part: PartName | 'engine';
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What one turn of the event loop has queued. */
export interface Request {
  /** Milliseconds since the Unix epoch, by the clock of the engine. */
  readonly now: number;
  readonly opened: readonly Opening[];
  readonly calls: readonly Call[];
  /** Shards whose new entries are not asked for any more. */
  readonly unfollowed: readonly number[];
  /** Shards that are not used any more after these calls. */
  readonly released: readonly number[];
}

/** An error as it crosses threads. */
export interface Failure {
  readonly name: 'StoreUnavailable' | 'ShardsFull' | 'Error';
  readonly message: string;
  readonly cause: unknown;
}

/** The end of a call. */
export type Result =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: Failure };

/** The new entries of a shard, in order. */
export interface News {
  readonly shard: number;
  readonly entries: readonly Entry[];
}

/** What the worker tells. New entries come before the results of the calls that have made them. */
export interface Answer {
  readonly news: readonly News[];
  readonly results: readonly Result[];
}
