// Stored here, before a test can replace them: with fake timers, the turn would never end.
const { setImmediate: immediately, MessageChannel: Channel } = globalThis as Partial<typeof globalThis>;

/** Resolves after one turn of the event loop, in which timers, sockets and listeners can run. */
export function turn(): Promise<void> {
  if (typeof immediately === 'function') return new Promise((resolve) => void immediately(resolve));
  // A runtime without either has no event loop that could be starved.
  if (typeof Channel !== 'function') return Promise.resolve();
  return new Promise((resolve) => {
    const { port1, port2 } = new Channel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
