import type fc from 'fast-check';

/** Holds something back until its time has come. */
export type Gate = (label: string) => Promise<unknown>;

/** A gate that a scheduler of a property opens, in any order. */
export function gateOf(scheduler: fc.Scheduler): Gate {
  return (label) => scheduler.schedule(Promise.resolve(), label);
}

/** A store whose calls take time on the way there and on the way back, as those of a server elsewhere do. */
export function delayed<T extends object>(store: T, gate: Gate): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return async (...args: readonly unknown[]) => {
        await gate(`${String(name)} is sent`);
        const answer: unknown = await Reflect.apply(value, target, args);
        await gate(`${String(name)} is answered`);
        return answer;
      };
    },
  });
}

/** A store that tells of each of its calls, by name. */
export function counting<T extends object>(store: T, onCall: (name: string) => void): T {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) => {
        onCall(String(name));
        return Reflect.apply(value, target, args);
      };
    },
  });
}
