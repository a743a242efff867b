import { StoreUnavailable } from '../store.ts';
import type { Access, Address, Connect } from './connection.ts';
import { Server } from './server.ts';
import type { Topology } from './topology.ts';

/** How the primaries of a store are found and reached. */
export interface ServersOptions {
  readonly topology: Topology;
  readonly connect: Connect;
  readonly access: Access;
  /** The replicas that have to have a change; 0: none. */
  readonly replicas: number;
}

/** The primaries of a store, each connected once. */
export class Servers {
  readonly #topology: Topology;
  readonly #connect: Connect;
  readonly #access: Access;
  readonly #replicas: number;
  readonly #servers = new Map<string, Promise<Server>>();
  #isClosed = false;

  constructor({ topology, connect, access, replicas }: ServersOptions) {
    this.#topology = topology;
    this.#connect = connect;
    this.#access = access;
    this.#replicas = replicas;
  }

  /** What is known of where keys are has turned out to be wrong. */
  forget(): void {
    this.#topology.forget();
  }

  /** The primary that has a key, connected. */
  async of(key: string): Promise<Server> {
    try {
      return await this.#at(await this.#topology.locate(key));
    } catch (error) {
      this.#topology.forget();
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const server of [...this.#servers.values()]) {
      await server.then(
        (opened) => opened.end(),
        () => undefined,
      );
    }
  }

  #at(address: Address): Promise<Server> {
    if (this.#isClosed) throw new StoreUnavailable('The store is closed.');
    const name = `${address.host}:${address.port}`;
    const known = this.#servers.get(name);
    if (known !== undefined) return known;
    const opening = this.#open(name, address);
    this.#servers.set(name, opening);
    return opening;
  }

  async #open(name: string, address: Address): Promise<Server> {
    const { isSharded } = this.#topology;
    try {
      const server = await Server.open({
        address,
        isSharded,
        replicas: this.#replicas,
        connect: () => this.#connect(address, this.#access),
      });
      if (this.#isClosed) server.end();
      void server.ended.then(() => {
        this.#servers.delete(name);
        this.#topology.forget();
      });
      return server;
    } catch (error) {
      this.#servers.delete(name);
      throw error;
    }
  }
}
