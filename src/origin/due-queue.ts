/** Something that is due a fixed time after it was last put into a queue. */
export interface Due {
  /** Milliseconds from putting it in until it is due. */
  length: number;
  /** Wall-clock time at which it is due, in milliseconds; set by the queue. */
  due: number;
}

/**
 * Things by when they are due. Those of equal length fall due in the order in which they were put in, so that one
 * insertion-ordered set per length replaces a heap: putting in, taking out and finding the first cost the same however
 * many there are.
 */
export class DueQueue<T extends Due> {
  readonly #byLength = new Map<number, Set<T>>();

  /** Puts a thing in, or moves it to its new place. Change `length` only while it is out. */
  add(thing: T, now: number): void {
    this.remove(thing);
    thing.due = now + thing.length;
    const things = this.#byLength.get(thing.length) ?? new Set();
    this.#byLength.set(thing.length, things.add(thing));
  }

  /** Takes a thing out; one that is not in is left alone. */
  remove(thing: T): void {
    const things = this.#byLength.get(thing.length);
    things?.delete(thing);
    if (things?.size === 0) this.#byLength.delete(thing.length);
  }

  /** What is due first. */
  first(): T | undefined {
    let first: T | undefined;
    for (const things of this.#byLength.values()) {
      const [thing] = things;
      if (thing && (!first || thing.due < first.due)) first = thing;
    }
    return first;
  }
}
