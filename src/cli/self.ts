import type { Terminal } from './terminal.ts';

type Env = Terminal['env'];

/** The words that start this program, as its user types them: npx finds programs that the shell does not. */
export function selfIn(env: Env): string {
  return env['npm_command'] === 'exec' ? 'npx timetoken' : 'timetoken';
}

/** A text whose commands (`$ timetoken …`, `| timetoken …`) are as the user types them. */
export function asTyped(text: string, env: Env): string {
  return text.replaceAll(/(?<=[$|] )timetoken(?= )/g, selfIn(env));
}
