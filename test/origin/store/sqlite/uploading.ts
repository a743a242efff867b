import { sqliteStore } from '../../../../src/origin/sqlite.ts';
import { HALF, UPLOAD } from './upload.ts';

// Sends half of a file to a store, says so, and waits to be killed.
const [path = ''] = process.argv.slice(2);
const store = sqliteStore({ path });
const { files } = store.shard('demo', { announceMax: 20, leaseMs: 300_000 });
const { promise: never } = Promise.withResolvers<void>();

async function* half(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(HALF);
  process.stdout.write('half\n');
  process.stdin.resume();
  await never;
}

await files.announce(UPLOAD, 60_000);
await files.keep(UPLOAD, half());
