import { availableParallelism } from 'node:os';
import { commandProblems, projectFacts } from './commands.ts';
import { kindOf } from './languages.ts';
import type { Block } from './markdown.ts';
import { type Ending, type Program, Workspace } from './programs.ts';

/** Milliseconds after which a program counts as one that does not end by itself. */
export type LimitOf = (block: Block) => number;

// Far more than any needs: on a busy machine it takes seconds to start a process.
const PATIENCE = 120_000;

/** Checks every block as its kind demands; what is wrong is told by block, and nothing of those that are fine. */
export async function problemsOf(
  blocks: readonly Block[],
  limitOf: LimitOf = () => PATIENCE,
): Promise<ReadonlyMap<Block, readonly string[]>> {
  const facts = projectFacts();
  const problems = new Map<Block, readonly string[]>();
  const add = (block: Block, found: readonly string[]) => {
    if (found.length > 0) problems.set(block, [...(problems.get(block) ?? []), ...found]);
  };
  for (const block of blocks) {
    const kind = kindOf(block);
    if (typeof kind === 'object') add(block, [`${block.page}:${block.line} ${kind.problem}`]);
    if (kind === 'commands') add(block, commandProblems(block, facts));
    if (kind === 'json') add(block, jsonProblems(block));
  }
  const programs = blocks.filter((block) => ['program', 'fragment'].includes(String(kindOf(block))));
  for (const [block, found] of await programProblems(programs, limitOf)) add(block, found);
  return problems;
}

function jsonProblems({ page, line, code }: Block): readonly string[] {
  try {
    JSON.parse(code);
    return [];
  } catch (error) {
    return [`${page}:${line} is not JSON: ${String(error)}`];
  }
}

async function programProblems(
  blocks: readonly Block[],
  limitOf: LimitOf,
): Promise<ReadonlyMap<Block, readonly string[]>> {
  if (blocks.length === 0) return new Map();
  using workspace = new Workspace(blocks);
  const found = new Map<Block, readonly string[]>();
  const compiled = workspace.typeErrors();
  const queue = workspace.programs.filter(({ block }) => kindOf(block) === 'program').values();
  const work = async () => {
    for (const program of queue)
      found.set(program.block, endingProblems(program, await workspace.run(program, limitOf(program.block))));
  };
  await Promise.all([compiled, ...Array.from({ length: availableParallelism() }, work)]);
  for (const [{ block }, errors] of await compiled)
    found.set(block, [...errors, ...(found.get(block) ?? [])]);
  return found;
}

function endingProblems({ block }: Program, { code, output, timedOut }: Ending): readonly string[] {
  const where = `${block.page}:${block.line}`;
  if (timedOut) return [`${where} does not end by itself. Its output:\n${output}`];
  return code === 0 ? [] : [`${where} ends with code ${code}. Its output:\n${output}`];
}
