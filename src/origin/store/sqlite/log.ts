import { type Entry, weightOf } from '../entry.ts';
import type { Appended, AppendOptions, AppendRequest, LogRules, Slice } from '../log.ts';
import { laterStamp, MAX_AHEAD_MS, type Stamp, stampAfter, stampOf, ZERO_STAMP } from '../stamp.ts';
import { entryOf, isPublication, textsOf } from './entry-rows.ts';
import type { SqliteHistory } from './history.ts';
import { LogRoom } from './log-room.ts';
import type { ShardContext } from './part.ts';
import { PublishIds } from './publish-ids.ts';

/**
 * The entries of the log and of history, which are one row: `prev` is set if the log has it, `expires` if history has.
 * Stamps are texts of 17 digits, which compare as they should, and which nothing can round.
 */
export const LOG_SCHEMA = `
CREATE TABLE entries (
  shard INTEGER NOT NULL,
  tt TEXT NOT NULL,
  prev TEXT,
  kind TEXT NOT NULL,
  channel TEXT NOT NULL,
  data TEXT NOT NULL,
  extra TEXT,
  weight INTEGER NOT NULL,
  expires INTEGER,
  PRIMARY KEY (shard, tt)
) STRICT, WITHOUT ROWID;
`;

/** The rules of a log without others. */
const LOG_RULES: LogRules = {
  entries: 1_000,
  bytes: Number.POSITIVE_INFINITY,
  publishIds: Number.POSITIVE_INFINITY,
  publishIdBytes: Number.POSITIVE_INFINITY,
};

/** The log of one shard. */
export class SqliteLog {
  readonly #context: ShardContext;
  readonly #history: SqliteHistory;
  readonly #ids: PublishIds;
  readonly #room: LogRoom;
  /** Entries of the transaction that is under way, for those who follow the log. */
  #news: Entry[] = [];

  constructor(context: ShardContext, history: SqliteHistory) {
    this.#context = context;
    this.#history = history;
    const rules = context.rules.log ?? LOG_RULES;
    this.#ids = new PublishIds(context, rules);
    this.#room = new LogRoom(context, rules);
  }

  /** Above every stamp that was given out. */
  get highest(): Stamp {
    return this.#context.state.text('head');
  }

  /** Stamps and appends, in order. Everything else that the transaction does is seen together with the entries. */
  append(batch: readonly AppendRequest[], { floor }: AppendOptions = {}): readonly Appended[] {
    if (floor !== undefined) this.#raise(floor);
    return batch.map((request) => this.appendOne(request));
  }

  appendOne(request: AppendRequest): Appended {
    const { state } = this.#context;
    const { publishId } = request;
    const now = this.#context.now();
    const known = publishId === undefined ? undefined : this.#ids.find(publishId, now);
    if (known !== undefined) return { tt: known, isDuplicate: true };
    const tt = stampAfter(this.highest, now);
    state.set('head', tt);
    if (publishId !== undefined) this.#ids.add(publishId, tt);
    this.#write(tt, request);
    return { tt, isDuplicate: false };
  }

  fence(floor: Stamp = ZERO_STAMP): Stamp {
    this.#raise(floor);
    this.#moveTo(stampOf(this.#context.now()));
    return this.highest;
  }

  last(): Stamp {
    return this.#context.state.text('last');
  }

  began(): Stamp {
    return this.#context.state.text('began');
  }

  readAfter(after: Stamp, limit: number): Slice {
    const dropped = this.#room.droppedUpto();
    const entries = this.entriesAfter(laterStamp(after, dropped), limit + 1);
    const isWhole = entries.length <= limit;
    if (!isWhole) entries.pop();
    const upto = isWhole ? laterStamp(this.highest, after) : (entries.at(-1)?.tt ?? after);
    return { entries, upto, trimmed: after < dropped, trimmedUpto: dropped };
  }

  /** At most so many entries after a position, oldest first. */
  entriesAfter(after: Stamp, limit: number): Entry[] {
    const { db, shard } = this.#context;
    return db
      .all(
        'SELECT tt, prev, kind, channel, data, extra FROM entries WHERE shard = ? AND tt > ? AND prev IS NOT NULL ORDER BY tt LIMIT ?',
        ...[shard, after, limit],
      )
      .map(entryOf);
  }

  /** The entries of the transaction, which are told once it has been committed. */
  takeNews(): readonly Entry[] {
    const news = this.#news;
    this.#news = [];
    return news;
  }

  #write(tt: Stamp, request: AppendRequest): void {
    const { db, shard, state } = this.#context;
    const { kind, channel, data, deliver = true, history } = request;
    const expires = history && isPublication(request) ? this.#history.expiryOf(history) : undefined;
    if (!deliver && expires === undefined) return;
    const weight = weightOf(request);
    const prev = deliver ? this.last() : undefined;
    const [text, extra] = textsOf(request);
    db.run(
      'INSERT INTO entries (shard, tt, prev, kind, channel, data, extra, weight, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[shard, tt, prev, kind, channel, text, extra, weight, expires],
    );
    if (expires !== undefined) this.#history.added({ channel, weight });
    if (prev === undefined) return;
    state.set('last', tt);
    this.#room.added(weight);
    // Kind and data are those of one request.
    this.#news.push({ kind, channel, data, tt, prev } as Entry);
  }

  #raise(floor: Stamp): void {
    const highest = stampOf(this.#context.now() + MAX_AHEAD_MS);
    this.#moveTo(floor < highest ? floor : highest);
  }

  #moveTo(position: Stamp): void {
    if (position > this.highest) this.#context.state.set('head', position);
  }
}
