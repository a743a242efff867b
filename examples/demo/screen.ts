import { setTimeout as sleep } from 'node:timers/promises';
import { styleText } from 'node:util';

type Speaker = 'alice' | 'bob' | 'line' | 'demo';
type Look = 'cyan' | 'magenta' | 'yellow' | 'green' | 'red' | 'dim';

const LOOKS: Readonly<Record<Speaker, Look>> = { alice: 'cyan', bob: 'magenta', line: 'yellow', demo: 'dim' };
const watched = process.stdout.isTTY;

/** Says who does what: coloured on a terminal, plain in a pipe. */
export function say(who: Speaker, text: string, look?: Look): void {
  const name = styleText(['bold', LOOKS[who]], who.padEnd(6));
  console.log(`${name} ${look ? styleText(look, text) : text}`);
}

/** Ends the program when nobody reads any more, as with `| head`: that is no failure. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
}

/** A headline between two parts. */
export function headline(text: string): void {
  console.log(`\n${styleText('bold', text)}`);
}

/** Time to read, where somebody reads. */
export async function beat(): Promise<void> {
  if (watched) await sleep(300);
}
