import type { Block } from './markdown.ts';

/** How a block is checked. */
export type Kind = 'program' | 'fragment' | 'commands' | 'json' | 'free';

/** What may follow the language: compiled only; run, but only on Node 24 or newer. */
const FLAGS = ['fragment', 'node24'];

/** File extension of the languages that are compiled and run. */
export const EXTENSIONS: Readonly<Record<string, string>> = {
  ts: '.ts',
  typescript: '.ts',
  js: '.mjs',
  javascript: '.mjs',
  mjs: '.mjs',
  cjs: '.cjs',
};

const SHELL = ['sh', 'bash', 'shell', 'console'];
// Blocks of `tsx` are checked by a test of their page.
const FREE = [
  'tsx',
  'text',
  'txt',
  'diff',
  'html',
  'http',
  'mermaid',
  'yaml',
  'yml',
  'dockerfile',
  'lua',
  'css',
];

/** How the block is checked, or a sentence on why nobody can tell. */
export function kindOf(block: Block): Kind | { readonly problem: string } {
  const unknown = block.flags.filter((flag) => !FLAGS.includes(flag));
  if (unknown.length > 0) return { problem: `does not know "${unknown.join(' ')}" after the language` };
  if (block.language in EXTENSIONS) return block.flags.includes('fragment') ? 'fragment' : 'program';
  if (block.flags.length > 0) return { problem: 'only ts and js blocks can have a flag' };
  if (SHELL.includes(block.language)) return 'commands';
  if (block.language === 'json') return 'json';
  if (FREE.includes(block.language)) return 'free';
  return {
    problem: `names no language that is known here (${block.language || 'none'}); plain text is "text"`,
  };
}
