import type { Clock } from '../../protocol/clock.ts';
import { type ShardStore, StoreUnavailable } from './store.ts';

/** The time within which a store has to answer. */
export interface Deadline {
  readonly clock: Clock;
  readonly milliseconds: number;
}

/**
 * The same store, whose calls reject with `StoreUnavailable` when they do not settle in time. Blobs of files are not
 * concerned: their transfer takes as long as the client takes.
 */
export function withDeadline(store: ShardStore, deadline: Deadline): ShardStore {
  const { log, presence, groups, history, access, actions, files, objects, push } = store;
  return {
    log: guarded(log, deadline),
    presence: guarded(presence, deadline),
    groups: guarded(groups, deadline),
    history: guarded(history, deadline),
    access: guarded(access, deadline),
    actions: guarded(actions, deadline),
    files: guarded(files, deadline, ['keep']),
    objects: guarded(objects, deadline),
    push: guarded(push, deadline),
  };
}

// All members of a store are methods that return promises, so one wrapper serves all.
function guarded<Part extends object>(
  part: Part,
  deadline: Deadline,
  unbounded: readonly (keyof Part)[] = [],
): Part {
  const free: ReadonlySet<unknown> = new Set(unbounded);
  return new Proxy(part, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      const call = (...args: readonly unknown[]): unknown => Reflect.apply(member, target, args);
      return free.has(name) ? call : (...args: readonly unknown[]) => inTime(() => call(...args), deadline);
    },
  });
}

function inTime(call: () => unknown, { clock, milliseconds }: Deadline): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = clock.setTimeout(
      () => reject(new StoreUnavailable(`The store did not answer within ${milliseconds} ms.`)),
      milliseconds,
    );
    const settled = (async () => call())();
    settled.finally(() => clock.clearTimeout(timer)).then(resolve, reject);
  });
}
