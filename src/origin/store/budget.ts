/** An amount of memory: so many entries, and the characters or bytes in them. */
export interface Room {
  readonly entries: number;
  readonly bytes: number;
}

type Limits<Name extends string> = { readonly [name in Name]?: number | undefined };

/** Two members of rules, which are looked up each time, since they may change. A name or member that is absent: no limit. */
export class LiveRoom<Name extends string> implements Room {
  readonly #rules: Limits<Name>;
  readonly #entries: Name;
  readonly #bytes: Name | undefined;

  constructor(rules: Limits<Name>, entries: Name, bytes?: Name) {
    this.#rules = rules;
    this.#entries = entries;
    this.#bytes = bytes;
  }

  get entries(): number {
    return this.#rules[this.#entries] ?? Number.POSITIVE_INFINITY;
  }

  get bytes(): number {
    return (this.#bytes && this.#rules[this.#bytes]) ?? Number.POSITIVE_INFINITY;
  }
}

/** An account without limits of its own. */
export const NO_LIMIT: Room = { entries: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };

// The weight of an entry beside its characters, when accounts are compared.
const ENTRY_WEIGHT = 256;
// What cannot be dropped may take this share of a budget.
const KEPT_SHARE = 0.5;

/**
 * The memory that the accounts of a whole process share. What is held for a while (live entries, history) gives way: the
 * oldest entries go first, of the account that holds about the most, whoever needs the room; so a key that holds little
 * loses nothing to one that takes all. What has to be kept (leases, groups, objects, files) is refused when it would
 * exceed half of the budget.
 */
export class Budget {
  readonly #limits: Room;
  #entries = 0;
  #bytes = 0;
  #keptEntries = 0;
  #keptBytes = 0;
  #shrinking = false;
  // Accounts that give way, by the power of two of their weights: the first of the highest is about the largest.
  readonly #byWeight: (Set<Account> | undefined)[] = [];

  constructor(limits: Room) {
    this.#limits = limits;
  }

  /** The memory of all accounts. */
  get used(): Room {
    return { entries: this.#entries, bytes: this.#bytes };
  }

  /** `true` if so much more may be kept. */
  hasRoom(entries: number, bytes: number): boolean {
    const { entries: mostEntries, bytes: mostBytes } = this.#limits;
    return (
      this.#keptEntries + entries <= mostEntries * KEPT_SHARE &&
      this.#keptBytes + bytes <= mostBytes * KEPT_SHARE
    );
  }

  /** An account has changed by so much, which may be negative. */
  change(account: Account, entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
    if (account.givesWay) this.#place(account);
    else {
      this.#keptEntries += entries;
      this.#keptBytes += bytes;
    }
    if (entries > 0 || bytes > 0) this.#shrink();
  }

  // What is dropped may leave a mark, which is counted in turn: the outer loop goes on.
  #shrink(): void {
    if (this.#shrinking) return;
    this.#shrinking = true;
    while (this.#entries > this.#limits.entries || this.#bytes > this.#limits.bytes) {
      if (!this.#largest()?.dropOldest()) break;
    }
    this.#shrinking = false;
  }

  #place(account: Account): void {
    const weight = account.entries * ENTRY_WEIGHT + account.bytes;
    const level = weight < 1 ? 0 : Math.floor(Math.log2(weight));
    if (level === account.level) return;
    this.#byWeight[account.level]?.delete(account);
    account.level = level;
    if (level === 0) return;
    const accounts = this.#byWeight[level] ?? new Set();
    this.#byWeight[level] = accounts.add(account);
  }

  #largest(): Account | undefined {
    for (let level = this.#byWeight.length - 1; level > 0; level--) {
      for (const account of this.#byWeight[level] ?? []) return account;
    }
    return undefined;
  }
}

/** The parts of an account. */
export interface AccountOptions {
  readonly limits: Room;
  /** What it shares with others. Absent: nothing. */
  readonly budget?: Budget | undefined;
  /** Drops the oldest entry, which ends in `remove`. Absent: what the account holds is kept, so that more is refused. */
  readonly dropOldest?: (() => void) | undefined;
}

/** The memory that one part of a store holds, in entries and in bytes, within its own limits and those of all. */
export class Account {
  /** Where the budget finds it; only the budget changes this. */
  level = 0;
  readonly #limits: Room;
  #budget: Budget | undefined;
  readonly #dropOldest: (() => void) | undefined;
  #entries = 0;
  #bytes = 0;

  constructor({ limits, budget, dropOldest }: AccountOptions) {
    this.#limits = limits;
    this.#budget = budget;
    this.#dropOldest = dropOldest;
  }

  get entries(): number {
    return this.#entries;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** `true` if its oldest entries are dropped when there is no room. */
  get givesWay(): boolean {
    return this.#dropOldest !== undefined;
  }

  /** `true` if so much more can be kept. Giving room back is always possible. */
  hasRoom(entries: number, bytes: number): boolean {
    return this.excess(entries, bytes) === undefined;
  }

  /** The limit that so much more would exceed: its entries, its bytes, or the budget of all. */
  excess(entries: number, bytes: number): 'entries' | 'bytes' | 'process' | undefined {
    if (entries > 0 && this.#entries + entries > this.#limits.entries) return 'entries';
    if (bytes > 0 && this.#bytes + bytes > this.#limits.bytes) return 'bytes';
    const grows = entries > 0 || bytes > 0;
    return grows && this.#budget && !this.#budget.hasRoom(Math.max(0, entries), Math.max(0, bytes))
      ? 'process'
      : undefined;
  }

  /** Takes room. If the account gives way, its own oldest entries go first, perhaps the new one too. */
  add(entries: number, bytes: number): void {
    this.#change(entries, bytes);
    if (!this.#dropOldest) return;
    while (this.#entries > this.#limits.entries || this.#bytes > this.#limits.bytes) {
      if (!this.dropOldest()) return;
    }
  }

  /** Gives room back. */
  remove(entries: number, bytes: number): void {
    this.#change(-entries, -bytes);
  }

  /** Drops the oldest entry. `false` if there is none. */
  dropOldest(): boolean {
    const before = this.#entries;
    this.#dropOldest?.();
    return this.#entries < before;
  }

  /** Gives everything back for good: what its owner does from now on is not counted. */
  clear(): void {
    this.#change(-this.#entries, -this.#bytes);
    this.#budget = undefined;
  }

  #change(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
    this.#budget?.change(this, entries, bytes);
  }
}
