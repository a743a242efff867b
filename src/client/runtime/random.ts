/** The runtime's own source of randomness: numbers from 0 up to 1, for jitter and ids, never for secrets. */
export const systemRandom = (): number => Math.random();

/** The runtime's source of random bytes that are fit for secrets. */
export const secureRandomBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(bytes);

/**
 * A number from 0 to 1 for jitter and choices: the middle where the program's own source throws or gives anything else,
 * since nothing of that kind may fail for it.
 */
export function chance(random: () => unknown): number {
  try {
    const number = random();
    return typeof number === 'number' && number >= 0 && number <= 1 ? number : 0.5;
  } catch {
    return 0.5;
  }
}
