/** The runtime's own source of randomness: numbers from 0 up to 1, for jitter and ids, never for secrets. */
export const systemRandom = (): number => Math.random();

/** The runtime's source of random bytes that are fit for secrets. */
export const secureRandomBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  crypto.getRandomValues(bytes);

/** A number for jitter: the middle where the program's own source throws, since no retry may depend on it. */
export function chance(random: () => number): number {
  try {
    return random();
  } catch {
    return 0.5;
  }
}
