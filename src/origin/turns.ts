/** Runs tasks one after the other, in the order in which they come. */
export type InTurn = <T>(task: () => Promise<T>) => Promise<T>;

/** A new order of tasks. One that fails does not hold up the next. */
export function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
}
