// `npm run simulate:broken` breaks the rules of the loop in the source, one at a time: the simulation has to notice each.
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Broken, breakRule, clientSources } from './broken-rules/apply.ts';
import { RULES } from './broken-rules/rules.ts';
import type { Word, Work } from './broken-rules-worker.ts';

/** Milliseconds without a word from a worker after which what it plays counts as something that never ends. */
const PATIENCE = 20_000;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3000' },
    only: { type: 'string', default: '' },
    jobs: { type: 'string', default: String(availableParallelism()) },
  },
});

const sources = clientSources();
// All of them at once, so that a text that has changed is told before anything is played.
const broken = RULES.filter(({ says }) => says.includes(values.only)).map((rule) => ({
  says: rule.says,
  broken: breakRule(rule, sources),
}));
const left = [...broken];
/** Cases that were played with nothing broken: whether they failed. */
const anyway = new Map<number, Promise<boolean>>();
let unnoticed = 0;
await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, work));
console.log(`${broken.length} rules broken, ${unnoticed} not noticed`);
process.exitCode = unnoticed === 0 && broken.length > 0 ? 0 : 1;

async function work(): Promise<void> {
  for (let next = left.shift(); next; next = left.shift()) {
    const found = await firstFailure(next.broken);
    if (!found) unnoticed += 1;
    console.log(`${next.says}: ${found ? `fails ${found.name} (${shorten(found.problem)})` : 'NOT NOTICED'}`);
  }
}

// What fails as well when nothing is broken says nothing of the rule.
async function firstFailure(one: Broken): Promise<Required<Word> | undefined> {
  const seeds = Number(values.seeds);
  for (let from = 0; ; ) {
    const { index, name, problem } = await lastWord({ broken: one, seeds, from });
    if (problem === undefined) return undefined;
    if (!(await failsAnyway(index))) return { index, name, problem };
    from = index + 1;
  }
}

function failsAnyway(index: number): Promise<boolean> {
  const known = anyway.get(index) ?? playUnbroken(index);
  anyway.set(index, known);
  return known;
}

async function playUnbroken(index: number): Promise<boolean> {
  const { name, problem } = await lastWord({ seeds: Number(values.seeds), from: index, to: index + 1 });
  if (problem !== undefined) console.warn(`although nothing is broken, it fails ${name}: ${problem}`);
  return problem !== undefined;
}

function lastWord(work: Work): Promise<Word> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('broken-rules-worker.ts', import.meta.url), { workerData: work });
    let last: Word = { index: work.from, name: 'at the start' };
    const isStuck = () => {
      last = { ...last, problem: 'never ends' };
      void worker.terminate();
    };
    let timer = setTimeout(isStuck, PATIENCE);
    worker.on('message', (word: Word) => {
      clearTimeout(timer);
      timer = setTimeout(isStuck, PATIENCE);
      last = word;
    });
    worker.on('error', reject);
    worker.on('exit', () => {
      clearTimeout(timer);
      resolve(last);
    });
  });
}

function shorten(text: string): string {
  return text.length > 110 ? `${text.slice(0, 110)}…` : text;
}
