import { styleText } from 'node:util';
import type { Terminal } from './terminal.ts';

/** A style of text. */
export type Look = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** Applies a style to a text, or returns the text unchanged. */
export type Paint = (look: Look, text: string) => string;

/** Colours for a stream, if it is a terminal that supports them and `NO_COLOR` is not set. */
export function paintFor(stream: 'stdout' | 'stderr', terminal: Terminal): Paint {
  const { env } = terminal;
  const coloured = terminal[stream].isTTY && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  return (look, text) => (coloured ? styleText(look, text, { validateStream: false }) : text);
}
