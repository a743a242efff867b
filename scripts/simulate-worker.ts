// Plays the seeds that `simulate.ts` hands out, until there are no more.
import { parentPort, workerData } from 'node:worker_threads';
import { judgePublishing } from '../test/simulation/publishing/judge.ts';
import { type Receive, simulate } from '../test/simulation/simulate.ts';

// By who starts it, this is what it is given.
const { first, receive, publishing } = workerData as {
  readonly first: readonly number[];
  readonly receive: Receive;
  readonly publishing: boolean;
};

for (let seeds = first; seeds.length > 0; seeds = await more()) {
  if (publishing) for (const seed of seeds) tell(seed, await judgePublishing(seed));
  else await simulate(seeds, { receive, onDone: tell });
}

function tell(seed: number, problems: readonly string[]): void {
  parentPort?.postMessage({ seed, problems });
}

function more(): Promise<readonly number[]> {
  return new Promise((resolve) => {
    parentPort?.once('message', resolve);
    parentPort?.postMessage('more');
  });
}
