import type fc from 'fast-check';
import type { Entry, OriginOptions, Tail } from '../../src/origin/index.ts';
import { MemoryEngine } from '../../src/origin/store/memory/engine.ts';
import type { Engine, ShardStore } from '../../src/origin/store/store.ts';
import { accessNetwork } from './access.ts';
import { counting, delayed, type Gate, gateOf } from './delayed-store.ts';
import { VirtualClock } from './virtual-clock.ts';

type Shared = Pick<Engine, 'shard'> & Engine;

/** Two origins of one engine and one clock, `a` and `b`, and ways to talk to each. */
export function twoOrigins(
  options: Omit<OriginOptions, 'store' | 'clock'> & { readonly access?: boolean } = {},
) {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  const open = (store: Engine) => accessNetwork({ access: false, ...options, store, clock });
  return { clock, a: open(engine), b: open(engine) };
}

/**
 * As `twoOrigins`, with an engine that is elsewhere: its calls take time on both ways, and so do the entries of its log, which
 * come in order. A scheduler of a property decides what comes first.
 */
export function distantOrigins(scheduler: fc.Scheduler) {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  const open = () =>
    accessNetwork({
      access: false,
      store: wrapped(engine, (store) => distant(store, gateOf(scheduler))),
      clock,
    });
  return { clock, a: open(), b: open() };
}

/** As `twoOrigins`, with an engine whose calls are answered at once, and whose entries never come by themselves. */
export function unheardOrigins() {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  const never = () => new Promise<never>(() => undefined);
  const silent = <T extends object>(log: T) =>
    withTail(
      log,
      counting(log, () => undefined),
      never,
    );
  const remote = wrapped(engine, (store) =>
    mapped(store, (part, name) => (name === 'log' ? silent(part) : part)),
  );
  const store = new Proxy(remote, {
    get: (target, name) => (name === 'isLocal' ? false : Reflect.get(target, name)),
  });
  const open = () => accessNetwork({ access: false, store, clock });
  return { clock, a: open(), b: open() };
}

/** An origin that counts the calls of its stores, by their names: `groups.members`. */
export function countedOrigin(options: OriginOptions & { readonly access?: boolean } = {}) {
  const clock = new VirtualClock();
  const calls = new Map<string, number>();
  const count = (call: string) => calls.set(call, (calls.get(call) ?? 0) + 1);
  const engine = wrapped(new MemoryEngine({ clock, random: () => 0.5 }), (store) =>
    mapped(store, (part, name) => counting(part, (call) => count(`${name}.${call}`))),
  );
  /** The calls of some stores since the last time. */
  const counted = (...names: readonly (keyof ShardStore)[]) => {
    const found = [...calls].filter(([call]) => names.some((name) => call.startsWith(`${name}.`)));
    for (const [call] of found) calls.delete(call);
    return Object.fromEntries(found);
  };
  return { ...accessNetwork({ access: false, ...options, store: engine, clock }), counted };
}

function wrapped(engine: MemoryEngine, wrap: (store: ShardStore) => ShardStore): Shared {
  return new Proxy<Shared>(engine, {
    get(target, name) {
      if (name === 'shard') {
        const shard: Engine['shard'] = (...args) => wrap(target.shard(...args));
        return shard;
      }
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function mapped(
  store: ShardStore,
  map: <T extends object>(part: T, name: keyof ShardStore) => T,
): ShardStore {
  return {
    log: map(store.log, 'log'),
    presence: map(store.presence, 'presence'),
    groups: map(store.groups, 'groups'),
    history: map(store.history, 'history'),
    access: map(store.access, 'access'),
    actions: map(store.actions, 'actions'),
    files: map(store.files, 'files'),
    objects: map(store.objects, 'objects'),
    push: map(store.push, 'push'),
  };
}

function distant(store: ShardStore, gate: Gate): ShardStore {
  return mapped(store, (part, name) => {
    const slow = delayed(part, gate);
    return name === 'log' ? withTail(part, slow, gate) : slow;
  });
}

// Entries come one after the other, each when its time has come.
function withTail<T extends object>(log: T, slow: T, gate: Gate): T {
  return new Proxy(slow, {
    get(target, name) {
      if (name !== 'tail') return Reflect.get(target, name, target);
      const tail: unknown = Reflect.get(log, name, log);
      return ({ onEntry, onState }: Tail) => {
        let last: Promise<unknown> = Promise.resolve();
        const onLate = (entry: Entry) => {
          last = last.then(() => gate('an entry comes')).then(() => onEntry(entry));
        };
        if (typeof tail !== 'function') throw new TypeError('The log has no tail.');
        return Reflect.apply(tail, log, [{ onEntry: onLate, onState }]);
      };
    },
  });
}
