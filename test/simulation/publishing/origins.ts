import type { Clock, TransportRequest } from '../../../src/index.ts';
import { interruptionOf } from '../../../src/origin/http/fetch.ts';
import { createOrigin, MemoryEngine, type Origin } from '../../../src/origin/index.ts';
import { Dice } from '../dice.ts';
import { ForeignOrigin } from '../foreign-origin.ts';
import { fromOutside, type ServerAnswer, type ServerRequest } from '../server.ts';
import { Truth } from '../truth.ts';
import type { PublishingPlan } from './plan.ts';

/** The origins of a plan: of ours one or two over one store, or a foreign one. */
export interface Origins {
  /** Of two, the one at this place serves. */
  serve(request: ServerRequest, place: number): Promise<ServerAnswer>;
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** Starts the origins of a plan. */
export function originsOf({ origin }: PublishingPlan, clock: Clock): Origins {
  if (origin === 'foreign') return foreign(clock);
  const store = new MemoryEngine({ clock, random: new Dice(5).next });
  const dice = new Dice(6);
  const create = () => createOrigin({ clock, random: dice.next, store });
  const running: Origin[] = Array.from({ length: origin === 'two' ? 2 : 1 }, create);
  let restarts = 0;
  return {
    async serve({ method, target, body, interruption }, place) {
      const one = running[place % running.length];
      if (!one) return { status: 503, body: '{}' };
      const bytes = new TextEncoder().encode(body);
      return one.handle({ method, target, header: () => undefined, body: bytes, interruption });
    },
    async restart() {
      restarts += 1;
      const at = restarts % running.length;
      const [old] = running.splice(at, 1, create());
      await old?.close();
    },
    async close() {
      for (const one of running) await one.close();
      await store.close?.();
    },
  };
}

function foreign(clock: Clock): Origins {
  const manners = { queue: 1_000, historyLag: 1_500, regionSkew: 0, regionDelay: 0 };
  const one = new ForeignOrigin(clock, manners, new Truth());
  return {
    serve: (request) =>
      request.target.startsWith('/time/0')
        ? Promise.resolve({ status: 200, body: `[${Math.floor(clock.now())}0000]` })
        : one.handle(request),
    restart: () => Promise.resolve(),
    close: () => one.close(),
  };
}

/** A request of the transport as a server gets it; a server may hear of its end. */
export function served({ method, url, body, signal }: TransportRequest, isHeard: boolean): ServerRequest {
  const target = url.slice(new URL(url).origin.length);
  const request = { ...fromOutside(target), method, body: typeof body === 'string' ? body : '' };
  if (!isHeard) return request;
  return {
    ...request,
    interruption: interruptionOf(signal),
  };
}
