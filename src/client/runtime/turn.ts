// Taken hold of here, before a test can replace them: a turn that fake timers hold up would never come.
const { setImmediate: immediately, MessageChannel: Channel } = globalThis as Partial<typeof globalThis>;

/** Resolves when the event loop has turned: timers, sockets and listeners have had their chance. */
export function turn(): Promise<void> {
  if (typeof immediately === 'function') return new Promise((resolve) => void immediately(resolve));
  // A server or worker without either has no event loop that could be starved.
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
