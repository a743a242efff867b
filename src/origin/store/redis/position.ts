import type { Stamp } from '../stamp.ts';
import { listOf, numberOf, type Reply, replyOf, textOf } from './reply.ts';

/** Where the log of a shard is. */
export interface Position {
  /** The number of the log. */
  readonly epoch: number;
  /** Above all stamps that were given out. */
  readonly head: Stamp;
  /** Up to here everything is on as many replicas as were asked for. */
  readonly safe: Stamp;
  /** The stamp of the newest entry. */
  readonly last: Stamp;
}

/** The result of one operation. */
export type Outcome = { readonly reply: Reply } | { readonly problem: string };

/** What a call of the script has answered. */
export interface Answer {
  readonly position: Position;
  readonly outcomes: readonly Outcome[];
}

/** Reads the answer of the script. `undefined`: the shard is that of another server, and nothing was done. */
export function answerOf(value: unknown): Answer | undefined {
  const [status, epoch, head, safe, last, results, errors] = listOf(replyOf(value));
  if (status === 0) return undefined;
  const problems = new Map<number, string>();
  const failed = listOf(errors);
  for (let at = 0; at < failed.length; at += 2) {
    problems.set(numberOf(failed[at]) - 1, textOf(failed[at + 1]));
  }
  const outcomes = listOf(results).map((reply, index): Outcome => {
    const problem = problems.get(index);
    return problem === undefined ? { reply } : { problem };
  });
  const position = {
    epoch: numberOf(epoch),
    head: textOf(head),
    safe: textOf(safe),
    last: textOf(last),
  };
  return { position, outcomes };
}
