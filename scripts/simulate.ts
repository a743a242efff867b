// `npm run simulate` plays many seeds; `npm run simulate -- --seed 123` plays one, and shrinks it where it fails. With
// `-- --receive stream` the client receives over a stream; with `--publishing` the seeds are those of publishes that are
// repeated.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { describePlan } from '../test/simulation/describe.ts';
import { judge } from '../test/simulation/judge.ts';
import { judgePublishing } from '../test/simulation/publishing/judge.ts';
import { publishingPlanOf } from '../test/simulation/publishing/plan.ts';
import { shrink } from '../test/simulation/shrink.ts';
import {
  describeShrunk,
  type Failure,
  planOfCase,
  type Receive,
  reportOf,
} from '../test/simulation/simulate.ts';

/** Seeds that a worker is given at once. */
const PORTION = 50;
/** Milliseconds without a word from a worker after which its seed counts as one that never ends. */
const PATIENCE = 60_000;
/** Failures that are shrunk and shown whole. */
const SHOWN = 3;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '0' },
    seed: { type: 'string' },
    steps: { type: 'string' },
    publishing: { type: 'boolean', default: false },
    script: { type: 'boolean', default: false },
    receive: { type: 'string', default: 'poll' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});

// Another one is refused by the client.
const receive = values.receive as Receive;

process.exitCode = values.seed === undefined ? await playMany() : await playOne(Number(values.seed));

async function playOne(seed: number): Promise<number> {
  if (values.publishing) return playOnePublishing(seed);
  const kept = values.steps?.split(',').map(Number);
  const plan = planOfCase({ seed, receive, ...(kept && { kept }) });
  if (values.script) console.log(describePlan(plan));
  const problems = await judge(plan);
  if (problems.length === 0) console.log(`seed ${seed}: 0 failed`);
  else if (kept) console.log([`seed ${seed} fails:`, ...problems, describePlan(plan)].join('\n'));
  else console.log(describeShrunk(seed, await shrink(plan, problems)));
  return problems.length === 0 ? 0 : 1;
}

async function playOnePublishing(seed: number): Promise<number> {
  const problems = await judgePublishing(seed);
  for (const step of publishingPlanOf(seed).steps) console.log(JSON.stringify(step));
  console.log([`seed ${seed}: ${problems.length} failed`, ...problems].join('\n'));
  return problems.length === 0 ? 0 : 1;
}

async function playMany(): Promise<number> {
  const [from, count] = [Number(values.from), Number(values.seeds)];
  const failures: Failure[] = [];
  let next = from;
  let done = 0;
  const began = Date.now();
  const note = (seed: number, problems: readonly string[]) => {
    done += 1;
    if (problems.length > 0) {
      failures.push({ seed, problems, receive });
      console.log(`seed ${seed}: ${problems[0]}`);
    }
    if (done % 500 === 0)
      console.log(
        `${done} of ${count}, ${failures.length} failed, ${Math.round((Date.now() - began) / 1000)} s`,
      );
  };
  const portion = () => {
    const seeds = Array.from({ length: Math.min(PORTION, from + count - next) }, (_, index) => next + index);
    next += seeds.length;
    return seeds;
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, () => work(portion, note)));
  failures.sort((a, b) => a.seed - b.seed);
  if (!values.publishing)
    for (const failure of failures.slice(0, SHOWN)) console.log(`\n${await reportOf(failure)}`);
  if (failures.length > 0) console.log(`\nfailed: ${failures.map(({ seed }) => seed).join(' ')}`);
  console.log(`${count} seeds, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

type Word = { readonly seed: number; readonly problems: readonly string[] } | 'more';

// A seed that never ends holds its worker up: another one takes over the rest of the portion.
async function work(
  portion: () => readonly number[],
  note: (seed: number, problems: readonly string[]) => void,
): Promise<void> {
  let seeds = portion();
  while (seeds.length > 0) {
    const left = new Set(seeds);
    const worker = new Worker(new URL('simulate-worker.ts', import.meta.url), {
      workerData: { first: seeds, receive, publishing: values.publishing },
    });
    await listen(worker, (word) => {
      if (word === 'more') {
        seeds = portion();
        for (const seed of seeds) left.add(seed);
        worker.postMessage(seeds);
      } else {
        left.delete(word.seed);
        note(word.seed, word.problems);
      }
    });
    const [stuck, ...rest] = left;
    if (stuck !== undefined) note(stuck, ['never ends']);
    seeds = rest.length > 0 ? rest : portion();
  }
}

function listen(worker: Worker, onWord: (word: Word) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let timer = setTimeout(() => worker.terminate(), PATIENCE);
    worker.on('message', (word: Word) => {
      clearTimeout(timer);
      timer = setTimeout(() => worker.terminate(), PATIENCE);
      onWord(word);
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
