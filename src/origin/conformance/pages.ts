import { turn } from '../../protocol/turn.ts';
import { eachPage, type Page } from '../store/page.ts';
import { equal } from './expect.ts';
import type { Choices } from './random.ts';
import type { World } from './world.ts';

/** A list that is in the order of its names, and the ways to change it. */
interface Listing<T> {
  readonly world: World;
  readonly choices: Choices;
  read(page: Page): Promise<readonly T[]>;
  nameOf(item: T): string;
  add(name: string): Promise<unknown>;
  remove(name: string): Promise<unknown>;
}

/**
 * Pages through a list while it changes: what stays is there once, in the order of the names, and no page but the last is
 * short.
 */
export async function checkPages<T>({
  world,
  choices,
  read,
  nameOf,
  add,
  remove,
}: Listing<T>): Promise<void> {
  const all = Array.from({ length: choices.between(0, 25) }, (_, index) => `n${index}`);
  for (const name of all) await add(name);
  const size = choices.between(1, 6);
  world.step(`pages of ${size} of ${all.length}`);
  const whole = (await read({ limit: all.length + 1 })).map(nameOf);
  equal(whole, whole.toSorted(), 'the order of the names');
  equal(whole.length, all.length, 'the number of names');
  const [seen, changed] = [[] as string[], new Set<string>()];
  for await (const page of eachPage({ read, nameOf, nextTurn: turn, size })) {
    equal(page.length <= size, true, 'whether the page is as short as was asked');
    seen.push(...page.map(nameOf));
    equal(seen, [...new Set(seen)].sort(), 'the names on all pages');
    const name = `n${choices.below(30)}`;
    const places = (await read({ limit: 100 })).map(nameOf);
    await (choices.oneIn(2) ? add(name) : remove(name));
    const now = (await read({ limit: 100 })).map(nameOf);
    for (const place of new Set([...places, ...now])) {
      if (places.includes(place) !== now.includes(place)) changed.add(place);
    }
  }
  const stayed = (names: readonly string[]) => names.filter((name) => !changed.has(name));
  equal(stayed(seen), stayed(whole), 'the names that stayed');
}
