import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { message } from '../../../../src/origin/conformance/entries.ts';
import { entriesAfter } from '../../../../src/origin/conformance/world.ts';
import { createOrigin, StoreUnavailable } from '../../../../src/origin/index.ts';
import { sqliteStore } from '../../../../src/origin/sqlite.ts';
import { openEngine } from './engines.ts';
import { temporaryFolder } from './files.ts';

const ROOMY = {
  log: { entries: 1e6, bytes: 1e9, publishIds: 1e6, publishIdBytes: 1e9 },
  history: { channelEntries: 1e6, entries: 1e6, bytes: 1e9, keepMs: 1e9 },
};

/** A disk of 20 MB; `undefined` where this user may not mount one. */
function smallDisk(): string | undefined {
  const folder = temporaryFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

const disk = process.getuid?.() === 0 && process.platform === 'linux';

test.runIf(disk)(
  'a disk that is full refuses publishes with 503, loses nothing, and goes on when there is room',
  async (context) => {
    const folder = smallDisk();
    if (folder === undefined) return context.skip('This user may not mount a disk.');
    const path = join(folder, 'data.db');
    const { engine, shard } = await openEngine({ path, rules: ROOMY });
    const acknowledged: string[] = [];
    const payload = JSON.stringify('x'.repeat(20_000));
    let refusal: unknown;
    for (let count = 0; refusal === undefined && count < 5_000; count++) {
      const batch = Array.from({ length: 8 }, () =>
        shard.log.append([message('a', payload, { history: {} })]),
      );
      for (const result of await Promise.allSettled(batch)) {
        if (result.status === 'fulfilled') acknowledged.push(result.value[0]?.tt ?? '');
        else refusal = result.reason;
      }
    }
    expect(refusal).toBeInstanceOf(StoreUnavailable);
    expect(String(refusal)).toMatch(/disk .* is full/);
    expect(acknowledged.length).toBeGreaterThan(100);

    const origin = createOrigin({ store: engine });
    onTestFinished(() => origin.close());
    const long = encodeURIComponent(payload);
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => origin.fetch(`http://origin/publish/demo/demo/0/a/0/${long}`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));

    const stored = async () => new Set((await entriesAfter(shard.log)).map(({ tt }) => tt));
    const held = await stored();
    expect(acknowledged.filter((tt) => !held.has(tt))).toEqual([]);
    await shard.history.remove('a', { from: '0'.repeat(17), to: '9'.repeat(17) }).catch(() => undefined);
    execFileSync('mount', ['-o', 'remount,size=60m', folder]);
    const [later] = await shard.log.append([message('a', payload)]);
    expect((await stored()).has(later?.tt ?? '')).toBe(true);

    await origin.close();
    await engine.close();
    const again = sqliteStore({ path });
    onTestFinished(() => again.close());
    const all = new Set(
      (await entriesAfter(again.shard('demo', { announceMax: 1, leaseMs: 1, ...ROOMY }).log)).map(
        ({ tt }) => tt,
      ),
    );
    expect(acknowledged.filter((tt) => !all.has(tt))).toEqual([]);
  },
);
