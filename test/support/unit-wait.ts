import { settle } from './virtual-clock.ts';

/** Lets the event loop turn until the condition holds: for real sockets, whose time no virtual clock moves. */
export async function until(what: string, condition: () => boolean, patience = 60_000): Promise<void> {
  const end = performance.now() + patience;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`This did not come about: ${what}`);
    await settle(1);
  }
}
