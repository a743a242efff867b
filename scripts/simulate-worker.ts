// Plays the seeds that `simulate.ts` hands out, until there are no more.
import { parentPort, workerData } from 'node:worker_threads';
import { simulate } from '../test/simulation/simulate.ts';

for (let seeds: readonly number[] = workerData; seeds.length > 0; seeds = await more()) {
  await simulate(seeds, (seed, problems) => parentPort?.postMessage({ seed, problems }));
}

function more(): Promise<readonly number[]> {
  return new Promise((resolve) => {
    parentPort?.once('message', resolve);
    parentPort?.postMessage('more');
  });
}
