import { StoreUnavailable } from '../store.ts';
import { numberIn } from './database.ts';
import { failureOf, isBusy, isDamage } from './failures.ts';
import { HostedShard } from './hosted-shard.ts';
import { placeOf } from './incarnation.ts';
import type { Answer, Call, News, Opening, Request, Result, WorkerSettings } from './messages.ts';
import { accessOf } from './methods.ts';
import { undo } from './migrations.ts';
import { type OpenFile, openFile } from './open-file.ts';

const PAGE = 500;

/** A call with the time of its request. */
interface Job {
  readonly call: Call;
  readonly now: number;
}

/** What runs in the worker: it owns the connection, and runs all that has come as one transaction. */
export class Host {
  readonly #settings: WorkerSettings;
  readonly #shards = new Map<number, HostedShard>();
  /** Those that the transaction has used, and that have news since. */
  readonly #touched = new Set<HostedShard>();
  #file: OpenFile | undefined;
  #now = 0;
  /** The version of the file, which changes when another process has written. */
  #version: number | undefined;
  #hasOthersNews = false;
  /** The first error that told of a damaged file. */
  #damage: unknown;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  /** `true` if somebody follows a log, so that other processes have to be looked after. */
  get isFollowing(): boolean {
    for (const { position } of this.#shards.values()) if (position !== undefined) return true;
    return false;
  }

  /** Runs requests in their order. */
  handle(requests: readonly Request[]): Answer {
    const jobs: Job[] = [];
    const unused = new Set<number>();
    for (const { now, opened, calls, unfollowed, released } of requests) {
      for (const shard of unfollowed) this.#shards.get(shard)?.unfollow();
      for (const opening of opened) {
        this.#introduce(opening);
        unused.delete(opening.shard);
      }
      for (const call of calls) jobs.push({ call, now });
      for (const shard of released) unused.add(shard);
    }
    const results = this.#run(jobs);
    // Not before the calls that were made until then.
    for (const shard of unused) this.#shards.delete(shard);
    return { results, news: this.#news() };
  }

  /** The entries that other processes have appended since. */
  look(): Answer {
    if (!this.#file) return { results: [], news: [] };
    this.#checkVersion(this.#file);
    return { results: [], news: this.#news() };
  }

  /** Closes the file. Nobody follows anything then. */
  close(): void {
    this.#shards.clear();
    this.#file?.uploads.close();
    this.#file?.db.close();
    this.#file = undefined;
  }

  #introduce(opening: Opening): void {
    const known = this.#shards.get(opening.shard);
    if (known) known.replaceRules(opening);
    else this.#shards.set(opening.shard, new HostedShard(opening));
  }

  #run(jobs: readonly Job[]): readonly Result[] {
    if (jobs.length === 0) return [];
    try {
      return this.#transaction(jobs);
    } catch (error) {
      // One that fails must not take the others with it.
      if (jobs.length > 1 && !isBusy(error) && this.#file) return jobs.flatMap((job) => this.#run([job]));
      if (isDamage(error)) this.#damage ??= error;
      const failure = failureOf(error, this.#settings.path);
      return jobs.map(({ call }) => ({ id: call.id, failure }));
    }
  }

  #transaction(jobs: readonly Job[]): readonly Result[] {
    this.#file ??= openFile(this.#settings, jobs[0]?.now ?? 0);
    const file = this.#file;
    this.#checkPlace(file);
    const writes = jobs.some((job) => this.#isWrite(job));
    file.db.exec(writes ? 'BEGIN IMMEDIATE' : 'BEGIN');
    try {
      this.#checkVersion(file);
      const results = jobs.map((job) => this.#call(file, job));
      for (const shard of this.#touched) shard.flush();
      file.db.exec('COMMIT');
      for (const shard of this.#touched) shard.committed();
      if (writes) file.changeLog.grown();
      return results;
    } catch (error) {
      this.#undo(file);
      throw error;
    }
  }

  #undo({ db }: OpenFile): void {
    for (const shard of this.#touched) shard.undone();
    this.#touched.clear();
    undo(db);
  }

  #isWrite({ call }: Job): boolean {
    if (call.part === 'engine') return false;
    return !this.#shards.get(call.shard)?.isOpen || accessOf(call.part, call.method) === 'write';
  }

  #call(file: OpenFile, { call, now }: Job): Result {
    this.#now = now;
    if (call.part === 'engine') return { id: call.id, value: this.#checkWhole() };
    const shard = this.#shards.get(call.shard);
    if (!shard) throw new Error(`There is no shard ${call.shard}.`);
    this.#touched.add(shard);
    shard.open(file, () => this.#now);
    const value = call.method === 'follow' ? { ...shard.follow(), epoch: file.epoch } : shard.run(call);
    return { id: call.id, value };
  }

  // A call may have met the part that is damaged: whoever asks whether the file can be used has to know.
  #checkWhole(): undefined {
    if (this.#damage !== undefined) throw this.#damage;
  }

  // The system goes on with what has no name any more: it would be lost with the process.
  #checkPlace({ place }: OpenFile): void {
    if (placeOf(this.#settings.path) === place) return;
    throw new StoreUnavailable(
      'The file of the store, or the -wal file beside it, was deleted or replaced. Put it back, or end all that uses it and start again.',
    );
  }

  #checkVersion({ db }: OpenFile): void {
    const version = numberIn(db.get('PRAGMA data_version') ?? {}, 'data_version');
    if (version === this.#version) return;
    this.#version = version;
    this.#hasOthersNews = true;
    for (const shard of this.#shards.values()) shard.forget();
  }

  #news(): readonly News[] {
    const all: News[] = [];
    for (const shard of this.#hasOthersNews ? this.#shards.values() : this.#touched) {
      const entries = shard.takeNews({ hasOthers: this.#hasOthersNews, page: PAGE });
      if (entries.length > 0) all.push({ shard: shard.number, entries });
    }
    this.#touched.clear();
    this.#hasOthersNews = false;
    return all;
  }
}
