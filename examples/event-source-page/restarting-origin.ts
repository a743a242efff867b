// An origin on SQLite that can be restarted on its port, and a publisher whose numbers arrive once each all the same.
import { setTimeout } from 'node:timers/promises';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { sqliteStore } from 'timetoken/origin/sqlite';

/** Serves an origin whose data is in a file. */
export async function restartingOrigin(path: string) {
  async function start(port: number) {
    const store = sqliteStore({ path });
    // A browser connects again after seconds: more may have come until then than the 100 that a channel keeps by default.
    const origin = createOrigin({ store, limits: { queueLength: 10_000 } });
    const server = await serve(origin, { port });
    const stop = async () => {
      await server.close();
      await origin.close();
      await store.close();
    };
    return { server, stop };
  }

  let running = await start(0);
  const { url, port } = running.server;
  return {
    url,
    /** Ends the origin with all its connections, and starts another one. */
    async restart(downMs = 0): Promise<void> {
      await running.stop();
      await setTimeout(downMs);
      running = await start(port);
    },
    /** Publishes a number, again until it is there: its `tt_id` keeps it from being there twice. */
    async publish(number: number): Promise<void> {
      const meta = encodeURIComponent(JSON.stringify({ tt_id: `number-${number}` }));
      const address = `${url}/publish/demo/demo/0/numbers/0/${number}?uuid=publisher&meta=${meta}`;
      for (let isSent = false; !isSent; ) {
        isSent = await fetch(address).then(
          ({ ok }) => ok,
          () => false,
        );
        if (!isSent) await setTimeout(50);
      }
    },
    close: () => running.stop(),
  };
}
