/** News of the network: calls back with `true` when it is up, `false` when it is gone; returns how to stop. */
export type NetworkEvents = (listener: (online: boolean) => void) => () => void;

interface EventSource {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}

/** The `online` and `offline` events of a browser or worker; nothing where there are none, as in Node. */
export function browserNetworkEvents(): NetworkEvents | undefined {
  const source: unknown = globalThis;
  if (!isEventSource(source)) return undefined;
  return (listener) => {
    const up = () => listener(true);
    const down = () => listener(false);
    source.addEventListener('online', up);
    source.addEventListener('offline', down);
    return () => {
      source.removeEventListener('online', up);
      source.removeEventListener('offline', down);
    };
  };
}

function isEventSource(value: unknown): value is EventSource {
  return (
    typeof value === 'object' &&
    value !== null &&
    'addEventListener' in value &&
    'removeEventListener' in value
  );
}
