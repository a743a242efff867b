/** A value that is there already, or that a promise brings. What is there needs no promise, which costs time and memory. */
export type Soon<T> = T | Promise<T>;

/** Goes on with a value: at once if it is there. Throws, or rejects, as `next` does. */
export function whenThere<T, U>(value: Soon<T>, next: (value: T) => Soon<U>): Soon<U> {
  return value instanceof Promise ? value.then(next) : next(value);
}
