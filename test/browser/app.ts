// What the pages of the checks run: a client that the check makes, and notes of what it was told.
import { PubNub, PubNubError, type PubNubOptions } from 'timetoken';

/** The outcome of a call. */
export interface Outcome {
  readonly code?: string;
  readonly delivery?: string | undefined;
  readonly message?: string;
}

/** What a check does in a page. */
export interface App {
  readonly received: unknown[];
  readonly statuses: string[];
  readonly states: string[];
  readonly gaps: unknown[];
  /** The client that was started last. */
  client: PubNub | undefined;
  /** Subscribes to `room`; resolves when the server has accepted it. */
  start(options: object, waits?: boolean): Promise<void>;
  publish(message: string, channel?: string): Promise<Outcome>;
}

const app: App = {
  received: [],
  statuses: [],
  states: [],
  gaps: [],
  client: undefined,
  async start(options, waits = true) {
    // A check makes them by `options()`.
    const client = new PubNub(options as PubNubOptions);
    app.client = client;
    client.addListener({
      message: ({ message }) => void app.received.push(message),
      status: ({ category }) => void app.statuses.push(category),
      state: ({ state }) => void app.states.push(state),
      gap: (gap) => void app.gaps.push(gap),
    });
    const subscription = client.subscribe().channels('room').execute();
    if (waits) await subscription.connected();
  },
  async publish(message, channel = 'room') {
    if (!app.client) throw new Error('There is no client.');
    try {
      await app.client.publish().channel(channel).message(message).execute();
      return {};
    } catch (error) {
      if (!PubNubError.is(error)) throw error;
      const { code, delivery, message: text } = error;
      return { code, delivery, message: text };
    }
  },
};

Object.assign(globalThis, { app });
