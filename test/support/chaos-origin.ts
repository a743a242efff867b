import { PubNub } from '../../src/index.ts';
import { createOrigin, type Origin } from '../../src/origin/index.ts';
import { serve } from '../../src/origin/node.ts';
import { type Timetoken, timetokenFromDate } from '../../src/protocol/timetoken.ts';

/** The group that every origin of a storm has; all channels are in it. */
export const GROUP = 'everything';

/** An origin on one port of this machine that can be restarted, with its log or without. */
export interface MortalOrigin extends AsyncDisposable {
  readonly port: number;
  /** The handler of whichever origin lives just now: a way in without sockets. */
  readonly fetch: Origin['fetch'];
  /** What was published after this is in the log that there is now. */
  readonly bornAt: Timetoken;
  /** Ends and begins to listen. `forgets`: it comes back as a process that was killed does, with nothing in memory. */
  restart(how: { readonly forgets: boolean }): Promise<void>;
}

/**
 * Characters of one answer: few enough that it gets through. Whoever is behind catches up in portions; of one answer that
 * holds everything some piece would be lost each time, the more surely the longer it has become meanwhile.
 */
const PORTION = 32 * 1024;

/** Serves an origin whose live queues are long enough for so many messages: what is lost then is the network's doing. */
export async function serveMortal(channels: readonly string[], messages: number): Promise<MortalOrigin> {
  const create = async (): Promise<Origin> => {
    const queues = { queueLength: 2 * messages, liveEntries: 4 * messages };
    const limits = { ...queues, answerBytes: PORTION, historyHours: 0 };
    const origin = createOrigin({ limits });
    await fillGroup(origin, channels);
    return origin;
  };
  let origin = await create();
  let bornAt = soon();
  let server = await serve(origin);
  const { port } = server;
  return {
    port,
    fetch: (input, init) => origin.fetch(input, init),
    get bornAt() {
      return bornAt;
    },
    restart: async ({ forgets }) => {
      await server.close();
      if (forgets) {
        const forgetful = origin;
        origin = await create();
        bornAt = soon();
        await forgetful.close();
      }
      server = await serve(origin, { port });
    },
    [Symbol.asyncDispose]: async () => {
      await server.close();
      await origin.close();
    },
  };
}

// Two origins have nothing but the machine's clock in common, which counts in milliseconds.
function soon(): Timetoken {
  return timetokenFromDate(new Date(Date.now() + 1));
}

async function fillGroup(origin: Origin, channels: readonly string[]): Promise<void> {
  await using keeper = new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'keeper', origin: 'origin', ssl: false },
    fetch: (request) => origin.fetch(request),
  });
  await keeper.addChannelsToChannelGroup({ channelGroup: GROUP, channels }).execute();
}
