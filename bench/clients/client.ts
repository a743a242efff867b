/** What is sent and received: a small chat message. */
export interface BenchMessage {
  readonly text: string;
  readonly number: number;
}

/** A client under measurement, used in its own idiom, with its own defaults. */
export interface BenchClient {
  publish(channel: string, message: BenchMessage): Promise<unknown>;
  /** Resolves when the server has accepted the subscription. */
  subscribe(channel: string, onMessage: (message: BenchMessage) => void): Promise<void>;
  close(): Promise<void>;
}

/** Makes a client of the server at `host:port`. */
export type Connect = (origin: string) => BenchClient;

export const KEY = 'demo';
export const USER = 'bench-user';
export const CHANNEL = 'bench-room';

/** The message of a number, about as long as a line of chat. */
export function messageOf(number: number): BenchMessage {
  return { text: 'The quick brown fox jumps over the lazy dog, twice.', number };
}
