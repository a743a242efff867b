/** The runtime's own source of randomness: numbers from 0 up to 1, for jitter and ids, never for secrets. */
export const systemRandom = (): number => Math.random();
