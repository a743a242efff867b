import type { QueueStorage } from 'timetoken/features';

/** A storage in memory, as a program might write one: what it holds survives a client. */
export class MapStorage implements QueueStorage {
  readonly map: Map<string, string>;
  /** The methods called, with their keys. */
  readonly calls: string[] = [];

  constructor(entries: Iterable<readonly [string, string]> = []) {
    this.map = new Map(entries);
  }

  async put(key: string, value: string): Promise<void> {
    this.calls.push(`put ${key}`);
    this.map.set(key, value);
  }

  async delete(key: string): Promise<void> {
    this.calls.push(`delete ${key}`);
    this.map.delete(key);
  }

  async *entries(): AsyncGenerator<readonly [string, string]> {
    yield* this.map;
  }
}
