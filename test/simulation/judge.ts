import { clientProblems } from './oracle/client.ts';
import { cursorProblems } from './oracle/cursor.ts';
import { deliveryProblems } from './oracle/delivery.ts';
import { closedProblems, outageProblems, waitProblems } from './oracle/endings.ts';
import { gapProblems } from './oracle/excuses.ts';
import { orderProblems, placesOnWire } from './oracle/order.ts';
import { paceProblems } from './oracle/pace.ts';
import type { Plan } from './plan.ts';
import { close, play } from './play.ts';
import type { World } from './world.ts';

/** What is wrong with a world, once everything that was to happen in it has. */
export function problemsOf(world: World): readonly string[] {
  const places = placesOnWire(world);
  return [
    ...[...world.handles.values()].flatMap((handle) => [
      ...deliveryProblems(world, handle),
      ...orderProblems(world, handle, places),
      ...gapProblems(world, handle),
    ]),
    ...clientProblems(world),
    ...cursorProblems(world),
    ...waitProblems(world),
    ...outageProblems(world),
  ];
}

/** Plays a plan, ends its world, and tells what went wrong; nothing when every promise was kept. */
export async function judge(plan: Plan): Promise<readonly string[]> {
  const escaped: unknown[] = [];
  const note = (reason: unknown) => escaped.push(reason);
  process.on('unhandledRejection', note);
  try {
    const world = await play(plan);
    const problems = problemsOf(world);
    await close(world);
    const atEnd = [...paceProblems(world), ...closedProblems(world), ...world.mishaps];
    return [...problems, ...atEnd, ...escaped.map((reason) => `a rejection that nobody handled: ${reason}`)];
  } catch (error) {
    return [`the world broke: ${error}`];
  } finally {
    process.off('unhandledRejection', note);
  }
}
