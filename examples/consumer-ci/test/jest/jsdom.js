import { TestEnvironment } from 'jest-environment-jsdom';

// What jsdom lacks, or has in a form that Node's `fetch` does not take.
const OF_NODE = [
  ...[
    'fetch',
    'Request',
    'Response',
    'Headers',
    'FormData',
    'Blob',
    'File',
    'AbortController',
    'AbortSignal',
  ],
  ...['TextEncoder', 'TextDecoder', 'ReadableStream', 'WritableStream', 'TransformStream', 'crypto'],
  ...['structuredClone', 'BroadcastChannel', 'MessageChannel', 'setImmediate', 'clearImmediate'],
];

/** jsdom with the web platform of Node. This file is loaded outside of the sandbox, where Node's globals are. */
// biome-ignore lint/style/noDefaultExport: jest reads it.
export default class extends TestEnvironment {
  constructor(...given) {
    super(...given);
    for (const name of OF_NODE)
      Object.defineProperty(this.global, name, {
        value: globalThis[name],
        configurable: true,
        writable: true,
      });
  }
}
