// An origin in a process of its own, over a store that others share. Its argument is an `OriginChildOptions` as JSON text.
import { createOrigin } from '../../src/origin/index.ts';
import { serve } from '../../src/origin/node.ts';
import { openStore } from './open-store.ts';
import type { OriginChildOptions } from './origin-processes.ts';
import { WithoutRepair } from './without-repair.ts';

const { store, isBlind, port } = JSON.parse(process.argv[2] ?? '{}') as OriginChildOptions;
const engine = await openStore(store);
const origin = createOrigin({
  store: isBlind ? new WithoutRepair(engine) : engine,
  limits: { holdSeconds: 1 },
});
const server = await serve(origin, { port });
process.once('SIGTERM', async () => {
  await server.close();
  await origin.close();
  await engine.close();
  process.disconnect();
});
process.send?.(server.port);
