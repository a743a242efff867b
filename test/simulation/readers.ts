import type { MessagesOptions } from '../../src/index.ts';
import type { ReaderKind, ReaderOverflow } from './plan.ts';
import { gotOf, type Handle, type Reader } from './record.ts';
import type { World } from './world.ts';

/** Reads a subscription by an iterator: at once, when it is asked to, or once and never again. */
export function read(
  world: World,
  handle: Handle,
  { reader: kind, buffer, overflow }: { reader: ReaderKind; buffer: number; overflow: ReaderOverflow },
): void {
  const known = world.hasHistory || overflow === 'pause' || overflow === 'drop-oldest' ? overflow : 'pause';
  // Some ways to overflow came after version 0.1; which there are is known at run time only.
  const iterator = handle.subscription.messages({ buffer, overflow: known } as MessagesOptions);
  const gate = new Pulls();
  const reader: Reader = {
    ...{ kind, overflow: known, from: handle.got.length, read: [] },
    pull: (count) => gate.add(count),
    leave: () => {
      if (reader.ended === undefined) reader.ended = 'left';
      void iterator.return?.();
      gate.add(Number.POSITIVE_INFINITY);
    },
  };
  handle.readers.push(reader);
  if (kind === 'eager') gate.add(Number.POSITIVE_INFINITY);
  if (kind === 'forgotten') gate.add(1);
  void drain(world, iterator, { reader, gate });
}

async function drain(
  world: World,
  iterator: AsyncIterableIterator<Parameters<typeof gotOf<'message'>>[1]>,
  { reader, gate }: { readonly reader: Reader; readonly gate: Pulls },
): Promise<void> {
  try {
    for (;;) {
      await gate.next();
      const { value, done } = await iterator.next();
      if (done) break;
      reader.read.push(gotOf('message', value, world.when()).key);
    }
    reader.ended ??= 'end';
  } catch {
    reader.ended ??= 'error';
  }
}

// How many messages a reader may still take.
class Pulls {
  #left = 0;
  #waiting: (() => void) | undefined;

  add(count: number): void {
    this.#left += count;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  async next(): Promise<void> {
    while (this.#left <= 0)
      await new Promise<void>((resolve) => {
        this.#waiting = resolve;
      });
    this.#left -= 1;
  }
}
