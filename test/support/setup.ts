import { afterAll } from 'vitest';

// Nothing may go wrong unseen: vitest fails on what nobody caught, this adds process warnings.
process.on('warning', (warning) => {
  throw new Error(`Process warning during the tests: ${warning.name}: ${warning.message}`);
});

// What the last test of a file left to fail in the background still counts: the event loop turns a few times more.
afterAll(async () => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
});
