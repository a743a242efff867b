import type { Entry } from '../entry.ts';
import { type Stamp, stampOf } from '../stamp.ts';
import { numberIn } from './database.ts';
import type { Call, Opening } from './messages.ts';
import { accessOf } from './methods.ts';
import type { OpenFile } from './open-file.ts';
import type { ShardContext } from './part.ts';
import { type Parts, partsOf } from './parts.ts';
import { ShardState } from './shard-state.ts';

interface Open {
  /** What the parts are made with, but for the rules. */
  readonly context: Omit<ShardContext, 'rules'>;
  readonly parts: Parts;
}

/** A subscribe key in the worker: its parts, as soon as there was a call. */
export class HostedShard {
  #opening: Opening;
  #open: Open | undefined;
  /** `true` once the transaction that has opened it was committed. */
  #isCommitted = false;
  #position: Stamp | undefined;

  constructor(opening: Opening) {
    this.#opening = opening;
  }

  /** The number that the engine has given it. */
  get number(): number {
    return this.#opening.shard;
  }

  /** The stamp of the last entry that was told; `undefined` if nobody follows the log. */
  get position(): Stamp | undefined {
    return this.#position;
  }

  get isOpen(): boolean {
    return this.#open !== undefined;
  }

  /** Finds the subscribe key in the file, or adds it. */
  open({ db, uploads }: OpenFile, now: () => number): void {
    if (this.#open) return;
    const { subscribeKey, rules } = this.#opening;
    const known = db.get('SELECT id FROM shards WHERE key = ?', subscribeKey);
    const row = known ?? db.get('INSERT INTO shards (key) VALUES (?) RETURNING id', subscribeKey) ?? {};
    const shard = numberIn(row, 'id');
    const state = new ShardState(db, shard);
    if (!known) {
      const began = stampOf(Math.floor(now()));
      state.set('began', began);
      state.set('head', began);
    }
    const context = { db, shard, state, uploads, now };
    this.#open = { context, parts: partsOf({ ...context, rules }) };
  }

  /** Other rules hold from now on. Between transactions parts hold nothing but what is in the file: they are made anew. */
  replaceRules(opening: Opening): void {
    this.#opening = opening;
    const { context } = this.#open ?? {};
    if (context) this.#open = { context, parts: partsOf({ ...context, rules: opening.rules }) };
  }

  /** Runs a method of a part. */
  run({ part, method, args }: Call): unknown {
    const target = part === 'engine' ? undefined : this.#open?.parts[part];
    const member: unknown = target && Reflect.get(target, method);
    if (typeof member !== 'function' || !target || part === 'engine' || !accessOf(part, method))
      throw new Error(`There is no method ${part}.${method}.`);
    return Reflect.apply(member, target, args);
  }

  /** From now on new entries are told. */
  follow(): { readonly last: Stamp } {
    const last = this.#parts().log.last();
    this.#position ??= last;
    return { last };
  }

  unfollow(): void {
    this.#position = undefined;
  }

  /** Writes what the transaction has changed. */
  flush(): void {
    this.#open?.context.state.flush();
  }

  /** The transaction was committed. */
  committed(): void {
    this.#isCommitted ||= this.#open !== undefined;
  }

  /** The transaction was undone. */
  undone(): void {
    this.#open?.parts.log.takeNews();
    this.forget();
    if (!this.#isCommitted) this.#open = undefined;
  }

  /** Another process has written. */
  forget(): void {
    this.#open?.context.state.forget();
  }

  /** The entries that were not told yet, if somebody follows the log. */
  takeNews({ hasOthers, page }: { readonly hasOthers: boolean; readonly page: number }): readonly Entry[] {
    const news = this.#open?.parts.log.takeNews() ?? [];
    if (this.#position === undefined || !this.#open) return [];
    const [first] = news;
    const isWhole = !hasOthers && (!first || first.prev <= this.#position);
    const entries = isWhole ? news : this.#open.parts.log.entriesAfter(this.#position, page);
    this.#position = entries.at(-1)?.tt ?? this.#position;
    return entries;
  }

  #parts(): Parts {
    if (!this.#open) throw new Error('The shard is not open.');
    return this.#open.parts;
  }
}
