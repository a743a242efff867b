import { styleText } from 'node:util';
import type { Terminal } from './terminal.ts';

/** How a text looks. */
export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** Gives a text a look, or leaves it as it is. */
export type Paint = (look: Look, text: string) => string;

/** Colour is for people: a terminal that can show it, and nobody who set `NO_COLOR`. */
export function paintFor(stream: 'stdout' | 'stderr', terminal: Terminal): Paint {
  const { env } = terminal;
  const coloured = terminal[stream].isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return (look, text) => (coloured ? styleText(look, text, { validateStream: false }) : text);
}
