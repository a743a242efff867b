// Publishes to a file until it is killed, and says what was acknowledged. First it reads on from a cursor, before any
// publish, and says what it got.
import { flushCompileCache } from 'node:module';
import { message, stampsOf } from '../../../../src/origin/conformance/entries.ts';
import { sqliteStore } from '../../../../src/origin/sqlite.ts';
import { systemClock } from '../../../../src/origin/system.ts';

// A process that is killed writes none.
flushCompileCache();
const [path = '', name = '', offset = '0', cursor = ''] = process.argv.slice(2);
const clock = { ...systemClock, now: () => systemClock.now() + Number(offset) };
const rules = {
  announceMax: 20,
  leaseMs: 300_000,
  log: { entries: 1e6, bytes: 1e9, publishIds: 1e6, publishIdBytes: 1e9 },
  history: { channelEntries: 1e6, entries: 1e6, bytes: 1e9, keepMs: 1e12 },
};
const { log } = sqliteStore({ path, clock }).shard('demo', rules);

const { entries, trimmed } = await log.readAfter(cursor, 20);
say({ cursor, read: stampsOf(entries), trimmed });

async function publish(lane: number): Promise<void> {
  for (let count = 0; ; count++) {
    const id = `${name}.${lane}.${count}`;
    const [appended] = await log.append([
      message(`c${lane}`, JSON.stringify(id), { history: {}, publishId: id }),
    ]);
    say({ id, tt: appended?.tt });
  }
}

function say(line: unknown): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

await Promise.all([publish(0), publish(1), publish(2), publish(3)]);
