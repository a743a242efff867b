// Stored here, before a test can replace them: with fake timers, the turn would never end.
const {
  setImmediate: immediately,
  MessageChannel: Channel,
  scheduler,
} = globalThis as Partial<typeof globalThis> & {
  readonly scheduler?: { wait?(milliseconds: number): Promise<void> };
};

/**
 * Resolves after one turn of the event loop, in which timers, sockets and listeners can run. It is no timer where it can be
 * helped: those wait for at least a millisecond.
 */
export function turn(): Promise<void> {
  if (typeof immediately === 'function') return new Promise((resolve) => void immediately(resolve));
  // In workerd, which has it, the messages of channels come before anything else has its turn.
  if (typeof scheduler?.wait === 'function') return scheduler.wait(0);
  // A runtime without any has no event loop that could be starved.
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
