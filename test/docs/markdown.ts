import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One fenced code block of a page. */
export interface Block {
  /** Path of the page, from the root of the project. */
  readonly page: string;
  /** Line of the opening fence, from 1: line `n` of the code is line `line + n` of the page. */
  readonly line: number;
  /** First word after the fence, in lower case; empty when there is none. */
  readonly language: string;
  /** The other words after the fence. */
  readonly flags: readonly string[];
  readonly code: string;
}

/** The pages whose code blocks are run. */
export const PAGES = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'examples/**/*.md'];

const OPENING = /^(\s*(?:>\s?|[-*]\s+|\d+\.\s+)?\s*)(`{3,}|~{3,})\s*([^`]*)$/;

/** Paths of the pages below a folder, from there. */
export function pagesIn(root: string, globs: readonly string[] = PAGES): readonly string[] {
  return globSync([...globs], { cwd: root }).sort();
}

/** Every code block of every page below a folder. */
export function blocksIn(root: string, globs?: readonly string[]): readonly Block[] {
  return pagesIn(root, globs).flatMap((page) => blocksOf(page, readFileSync(join(root, page), 'utf8')));
}

/** The code blocks of one page. */
export function blocksOf(page: string, text: string): readonly Block[] {
  const lines = text.split(/\r?\n/);
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length; at++) {
    const [, indent = '', fence, info = ''] = OPENING.exec(lines[at] ?? '') ?? [];
    if (!fence) continue;
    const end = closing(lines, at, fence);
    const [language = '', ...flags] = info.trim().split(/\s+/);
    const code = lines.slice(at + 1, end).map((line) => dedent(line, indent));
    blocks.push({
      page,
      line: at + 1,
      language: language.toLowerCase(),
      flags,
      code: `${code.join('\n')}\n`,
    });
    at = end;
  }
  return blocks;
}

/** The targets of the links of a page: code is no prose, and its brackets are no links. */
export function linksOf(text: string): readonly string[] {
  const prose = text.replace(/^\s*(`{3,}|~{3,})[\s\S]*?^\s*\1\s*$/gm, '').replace(/`[^`\n]*`/g, '');
  const links = prose.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)|^\[[^\]]+\]:\s+(\S+)/gm);
  return [...links].map(([, inline, reference]) => inline ?? reference ?? '');
}

function closing(lines: readonly string[], start: number, fence: string): number {
  const end = lines.findIndex((line, index) => {
    const text = line.replace(/^[\s>]*/, '').trimEnd();
    return index > start && text.length >= fence.length && text === fence.charAt(0).repeat(text.length);
  });
  if (end < 0) throw new Error(`The code block that starts in line ${start + 1} has no end.`);
  return end;
}

function dedent(line: string, indent: string): string {
  const quoted = indent.includes('>') ? line.replace(/^\s*>\s?/, '') : line;
  const spaces = indent.includes('>') ? 0 : indent.length;
  return quoted.slice(Math.min(spaces, quoted.length - quoted.trimStart().length));
}
