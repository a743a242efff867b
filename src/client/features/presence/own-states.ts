import type { OwnState } from '../../subscribe/demand.ts';

/** The largest number of names: more than a client can subscribe. */
const MAX_NAMES = 10_000;

/**
 * Remembers a state while a call sets it, and afterwards. Heartbeats that are sent meanwhile carry the new state, and cannot
 * restore the old one. If the call fails, the previous state is remembered again.
 */
export async function during<R>(
  states: Map<string, OwnState>,
  set: { readonly names: readonly string[]; readonly state: unknown },
  call: () => Promise<R>,
): Promise<R> {
  const remembered = { text: JSON.stringify(set.state) };
  const before = set.names.map((name) => ({ name, old: states.get(name) }));
  for (const name of set.names) remember(states, name, remembered);
  try {
    return await call();
  } catch (error) {
    for (const { name, old } of before) {
      if (states.get(name) !== remembered) continue;
      if (old) remember(states, name, old);
      else states.delete(name);
    }
    throw error;
  }
}

function remember(states: Map<string, OwnState>, name: string, state: OwnState): void {
  states.delete(name);
  states.set(name, state);
  const [oldest] = states.size > MAX_NAMES ? states.keys() : [];
  if (oldest !== undefined) states.delete(oldest);
}
