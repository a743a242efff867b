import type { TcpProxy } from './integration-proxy.ts';
import type { Dice } from './integration-random.ts';

/** Lets the network do its worst; a severity below 1 makes every fault so much rarer. */
export function unleash({ behaviour }: TcpProxy, dice: Dice, severity = 1): void {
  const happens = (probability: number) => dice.chance(probability * severity);
  behaviour.connection = () => (happens(0.06) ? 'reset' : happens(0.01) ? 'freeze' : 'accept');
  behaviour.request = () => (happens(0.04) ? 'drop' : dice.below(3));
  behaviour.answer = (piece) => {
    const delay = dice.below(3);
    const fate = dice.next() / severity;
    if (fate < 0.04) return { pass: dice.below(piece.length), next: 'reset', delay };
    if (fate < 0.08) return { pass: dice.below(piece.length), next: 'end', delay };
    if (fate < 0.1) return { pass: piece.length, next: 'reset', delay };
    if (fate < 0.11) return { pass: dice.below(piece.length), next: 'freeze', delay };
    return { pass: piece.length, next: 'continue', delay };
  };
}

/** The network is good again. */
export function calm({ behaviour }: TcpProxy): void {
  delete behaviour.connection;
  delete behaviour.request;
  delete behaviour.answer;
}
