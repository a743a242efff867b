import { createTestNetwork, type TestNetwork, type TestNetworkOptions } from 'timetoken/testing';
import { onTestFinished } from 'vitest';

/** A network for one test of a command, which must leave no request open. */
export function openNetwork(options: TestNetworkOptions = {}): TestNetwork {
  const network = createTestNetwork(options);
  onTestFinished(() => network.close());
  return network;
}

/** What a command is started with, and its requests, for tests of what the transcript does not tell. */
export function watched({ options, fetch }: TestNetwork) {
  const requests: Request[] = [];
  const watchedFetch = (request: Request) => {
    requests.push(request);
    return fetch(request);
  };
  return { requests, options: { ...options, fetch: watchedFetch } };
}
