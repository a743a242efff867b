import { describe, expect, test } from 'vitest';
import { type ConformancePart, conformanceCases } from '../../../src/origin/conformance/index.ts';
import type { Entry, ShardStore } from '../../../src/origin/index.ts';
import type { ObjectProblem } from '../../../src/origin/store/objects.ts';
import { before, breaking, entriesOf, later, part } from './broken-engines.ts';
import { memoryOptions } from './engines.ts';

interface Fault {
  /** The part whose cases notice it. */
  readonly part: ConformancePart;
  /** A case that notices it. */
  readonly noticed: string;
  readonly how: (store: ShardStore) => Partial<ShardStore>;
}

const FAULTS: Readonly<Record<string, Fault>> = {
  'a stamp that repeats': {
    part: 'log',
    noticed: 'stamps exceed all stamps, fences and floors before them',
    how: ({ log }) => {
      let last = '';
      return {
        log: part(log, {
          append: async (batch, options) => {
            const appended = await log.append(batch, options);
            const repeated = appended.map((one, index) => (index === 1 ? { ...one, tt: last } : one));
            last = appended.at(-1)?.tt ?? last;
            return repeated;
          },
        }),
      };
    },
  },
  'a floor that is ignored': {
    part: 'log',
    noticed: 'a floor moves the log by up to five seconds',
    how: ({ log }) => ({
      log: part(log, { append: (batch) => log.append(batch), fence: () => log.fence() }),
    }),
  },
  'a floor without a limit': {
    part: 'log',
    noticed: 'no floor moves the log by more than five seconds, however often it is repeated',
    how: ({ log }) => {
      let floor = '';
      return {
        log: part(log, {
          fence: async (asked = '') => {
            const head = await log.fence(asked);
            floor = asked > floor ? asked : floor;
            return floor > head ? floor : head;
          },
        }),
      };
    },
  },
  'a stamp that is given out before its entry can be read': {
    part: 'log',
    noticed: 'readers miss nothing, whoever writes meanwhile',
    how: (store) => hiddenFor(store, 40),
  },
  'a page that skips an entry': {
    part: 'log',
    noticed: 'pages have all entries, each once, and go on where they end',
    how: ({ log }) => ({
      log: part(log, {
        readAfter: async (after, limit) => {
          const slice = await log.readAfter(after, limit);
          return slice.entries.length === limit ? { ...slice, entries: slice.entries.slice(1) } : slice;
        },
      }),
    }),
  },
  'a read that hides what was trimmed': {
    part: 'log',
    noticed:
      'the newest entries are kept when there are too many, and readers are told of those that are gone',
    how: ({ log }) => ({
      log: part(log, {
        readAfter: async (after, limit) => ({ ...(await log.readAfter(after, limit)), trimmed: false }),
      }),
    }),
  },
  'an entry that the tail loses without a gap': {
    part: 'log',
    noticed: 'a tail has each new entry as the log has it, in order',
    how: ({ log }) => ({
      log: part(log, {
        tail: ({ onEntry, onState }) => {
          let [count, last] = [0, ''];
          const some = (entry: Entry) => {
            if (++count % 3 === 0) return;
            onEntry(last ? { ...entry, prev: last } : entry);
            last = entry.tt;
          };
          return log.tail({ onEntry: some, onState });
        },
      }),
    }),
  },
  'a tail whose state comes late': {
    part: 'log',
    noticed: 'a tail knows the state before it is there',
    how: ({ log }) => ({
      log: part(log, {
        tail: ({ onEntry, onState }) =>
          log.tail({ onEntry, onState: (state) => void later(50).then(() => onState(state)) }),
      }),
    }),
  },
  'a tail that does not end': {
    part: 'log',
    noticed: 'a tail that was ended hears no more, and others go on',
    how: ({ log }) => ({
      log: part(log, { tail: (tail) => log.tail(tail).then(() => () => undefined) }),
    }),
  },
  'a publish id that is forgotten': {
    part: 'log',
    noticed: 'a repeated publish is appended once, and has the stamp of the first',
    how: ({ log }) => {
      let count = 0;
      return {
        log: part(log, {
          append: (batch, options) => {
            const fresh = ++count;
            const ids = batch.map((one) =>
              one.publishId ? { ...one, publishId: `${one.publishId}${fresh}` } : one,
            );
            return log.append(ids, options);
          },
        }),
      };
    },
  },
  'a publish id that is kept for ever': {
    part: 'log',
    noticed: 'an id is remembered for two minutes',
    how: ({ log }) => {
      const known = new Map<string, string>();
      return {
        log: part(log, {
          append: async (batch, options) => {
            const tt = known.get(batch[0]?.publishId ?? '');
            if (tt) return [{ tt, isDuplicate: true }];
            const appended = await log.append(batch, options);
            for (const [index, { publishId }] of batch.entries())
              known.set(publishId ?? '', appended[index]?.tt ?? '');
            known.delete('');
            return appended;
          },
        }),
      };
    },
  },
  'history that keeps signals': {
    part: 'history',
    noticed: 'an entry that is not to be kept is not, whatever its kind',
    how: ({ log }) => ({
      log: part(log, {
        append: (batch, options) =>
          log.append(
            batch.map((one) => (one.kind === 'signal' ? { ...one, history: {} } : one)),
            options,
          ),
      }),
    }),
  },
  'history that counts an end of a range only': {
    part: 'history',
    noticed: 'what is read, counted and removed is what a plain list would have',
    how: ({ history }) => ({
      history: part(history, {
        count: (channels, ranges) =>
          history.count(
            channels,
            ranges.map(({ from, to }) => ({ from, to: to > '1' ? before(to) : to })),
          ),
      }),
    }),
  },
  'an action that is told before it is there': {
    part: 'actions',
    noticed: 'whoever hears of an action finds it, and of a removal does not',
    how: ({ actions }) => {
      let waits = false;
      return {
        actions: part(actions, {
          add: (action) => {
            waits = true;
            return actions.add(action);
          },
          list: async (channel, query) => {
            const found = await actions.list(channel, query);
            const isFirst = waits;
            waits = false;
            return isFirst ? [] : found;
          },
        }),
      };
    },
  },
  'a group change without a control entry': {
    part: 'groups',
    noticed: 'a change is told once, at the position from which new channels count',
    how: (store) => entriesOf(store, ({ kind }) => kind !== 'group'),
  },
  'groups that lose one of two changes': {
    part: 'groups',
    noticed: 'changes at the same time all count',
    how: ({ groups }) => {
      let calls = 0;
      const read = async (group: string) =>
        ((await groups.members([group])).get(group) ?? []).map(({ channel }) => channel);
      return {
        groups: part(groups, {
          change: async (group, add, remove) => {
            const known = await read(group);
            await later(calls++);
            const lost = (await read(group)).filter((channel) => !known.includes(channel));
            return groups.change(group, add, [...remove, ...lost]);
          },
        }),
      };
    },
  },
  'a list whose pages repeat': {
    part: 'groups',
    noticed: 'groups are listed page by page',
    how: ({ groups }) => ({
      groups: part(groups, {
        list: ({ after, limit }) => groups.list({ limit, after: after?.slice(0, -1) }),
      }),
    }),
  },
  'a grant that never expires': {
    part: 'access',
    noticed: 'a grant expires by the clock of the store',
    how: ({ access }) => ({
      access: part(access, {
        grant: (grants) => access.grant(grants.map((grant) => ({ ...grant, ttlMs: undefined }))),
      }),
    }),
  },
  'a revoked token that is not told': {
    part: 'access',
    noticed: 'each change is told once, whatever is in it, and no change is not',
    how: (store) => {
      let revoked = 0;
      const { access, log } = store;
      return {
        ...entriesOf(store, () => true),
        access: part(access, {
          revoke: (token, ttl) => {
            revoked++;
            return access.revoke(token, ttl);
          },
        }),
        log: part(log, {
          readAfter: async (after, limit) => {
            const slice = await log.readAfter(after, limit);
            return { ...slice, entries: slice.entries.slice(0, slice.entries.length - revoked) };
          },
        }),
      };
    },
  },
  'a compare-and-set that ignores what is expected': {
    part: 'objects',
    noticed: 'of changes at the same time each that is written saw the one before',
    how: ({ objects }) => ({
      objects: part(objects, {
        write: async (batch, emptied) => {
          for (let tries = 0; ; tries++) {
            const found = await objects.get(batch.map(({ key }) => key));
            const forced = batch.map((write, index) => ({ ...write, expected: found[index]?.eTag }));
            const problem = await objects.write(forced, emptied);
            if (problem !== 'conflict' || tries > 50) return problem;
          }
        },
      }),
    }),
  },
  'a batch that is written in part': {
    part: 'objects',
    noticed: 'a change needs the object to be as expected, and otherwise changes nothing',
    how: ({ objects }) => ({
      objects: part(objects, {
        write: async (batch) => {
          const problems: (ObjectProblem | undefined)[] = [];
          for (const write of batch) problems.push(await objects.write([write]));
          return problems.find((problem) => problem !== undefined);
        },
      }),
    }),
  },
  'objects that are told of before they are there': {
    part: 'objects',
    noticed: 'a batch is told in its order, in the same step',
    how: ({ objects, log }) => ({
      objects: part(objects, {
        write: async (batch, emptied) => {
          await log.append(batch.flatMap(({ announce }) => announce));
          return objects.write(
            batch.map((write) => ({ ...write, announce: [] })),
            emptied,
          );
        },
      }),
    }),
  },
  'a blob that is visible early': {
    part: 'files',
    noticed: 'nothing can be seen of a file before its last byte has come',
    how: ({ files }) => ({
      files: part(files, {
        keep: async (upload, chunks) => {
          const taken: Uint8Array[] = [];
          for await (const chunk of chunks) {
            taken.push(chunk.slice());
            await files.keep(upload, from(taken));
          }
          return files.keep(upload, from(taken));
        },
      }),
    }),
  },
  'an upload that fails and leaves what came': {
    part: 'files',
    noticed: 'an upload that fails leaves nothing behind, and its error reaches the caller',
    how: ({ files }) => ({
      files: part(files, {
        keep: async (upload, chunks) => {
          const taken: Uint8Array[] = [];
          try {
            for await (const chunk of chunks) taken.push(chunk.slice());
          } catch (error) {
            await files.keep(upload, from(taken));
            throw error;
          }
          return files.keep(upload, from(taken));
        },
      }),
    }),
  },
  'chunks that are not copied': {
    part: 'files',
    noticed: 'chunks belong to the sender again, and to the reader',
    how: ({ files }) => ({
      files: part(files, {
        keep: async (upload, chunks) => {
          const taken: Uint8Array[] = [];
          for await (const chunk of chunks) taken.push(chunk);
          return files.keep(upload, from(taken));
        },
      }),
    }),
  },
  'a stream that ends early when its file is removed': {
    part: 'files',
    noticed: 'a stream whose file is removed or replaced has all of it, or fails',
    how: ({ files }) => ({
      files: part(files, {
        read: async (id) => {
          const found = await files.read(id);
          return found && { ...found, stream: shortened(found.stream) };
        },
      }),
    }),
  },
  'a device that keeps what is removed': {
    part: 'push',
    noticed: 'devices are what plain sets would be, within the limits',
    how: ({ push }) => ({ push: part(push, { change: (device, add) => push.change(device, add, []) }) }),
  },
  'a lease that never expires': {
    part: 'presence',
    noticed: 'a lease that is not renewed ends, and is told once',
    how: ({ presence }) => ({
      presence: part(presence, {
        touch: (touches) => presence.touch(touches.map((touch) => ({ ...touch, leaseMs: 1e9 }))),
      }),
    }),
  },
  'a join that is told twice': {
    part: 'presence',
    noticed: 'a join is told once, with the occupancy after it',
    how: ({ presence, log }) => ({
      presence: part(presence, {
        touch: async (touches) => {
          const touched = await presence.touch(touches);
          for (const { user, channels } of touches) {
            const data = { action: 'join', user, occupancy: channels.length } as const;
            await log.append(
              channels.map((channel) => ({ kind: 'presence', channel: `${channel}-pnpres`, data })),
            );
          }
          return touched;
        },
      }),
    }),
  },
  'a leave without a control entry': {
    part: 'presence',
    noticed: 'a leave is told, and once more to all origins, with the channels that were named',
    how: (store) => entriesOf(store, ({ kind }) => kind !== 'leave'),
  },
  'interval events that a sweep loses': {
    part: 'presence',
    noticed: 'changes on a crowded channel wait for one event that has them all',
    how: (store) =>
      entriesOf(store, (entry) => entry.kind !== 'presence' || entry.data.action !== 'interval'),
  },
  'a page of users that ignores where it begins': {
    part: 'presence',
    noticed: 'pages of here-now have each user once',
    how: ({ presence }) => ({
      presence: part(presence, {
        hereNow: (channels, page) => presence.hereNow(channels, { ...page, offset: 0 }),
      }),
    }),
  },
};

async function* from(chunks: readonly Uint8Array[]) {
  yield* chunks;
}

/** The newest entries are hidden from readers until other work was done. */
function hiddenFor({ log }: ShardStore, turns: number): Partial<ShardStore> {
  const hidden = new Set<string>();
  return {
    log: part(log, {
      append: async (batch, options) => {
        const appended = await log.append(batch, options);
        for (const { tt } of appended) hidden.add(tt);
        await later(turns);
        for (const { tt } of appended) hidden.delete(tt);
        return appended;
      },
      readAfter: async (after, limit) => {
        const slice = await log.readAfter(after, limit);
        return { ...slice, entries: slice.entries.filter(({ tt }) => !hidden.has(tt)) };
      },
    }),
  };
}

function shortened(stream: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const { value } = await reader.read().catch(() => ({ value: undefined }));
        if (value) controller.enqueue(value);
        else controller.close();
      },
    },
    { highWaterMark: 0 },
  );
}

/** The cases that fail, with their errors. */
async function failures(how: Fault['how'], onlyPart?: ConformancePart) {
  const failed = new Map<string, string>();
  const options = { ...memoryOptions(breaking(how)), scripts: 5 };
  for (const { part: of, name, run } of conformanceCases(options)) {
    if (onlyPart && of !== onlyPart) continue;
    try {
      await run();
    } catch (error) {
      failed.set(name, String(error));
    }
  }
  return failed;
}

describe('an engine is found that has', () => {
  test.each(Object.entries(FAULTS))('%s', async (_, fault) => {
    const failed = await failures(fault.how, fault.part);
    expect([...failed.keys()]).toContain(fault.noticed);
    expect(failed.get(fault.noticed)).toContain(`${fault.part}: ${fault.noticed}`);
  });
});

test('the wrapper of broken engines breaks nothing by itself', async () => {
  expect(await failures(() => ({}))).toEqual(new Map());
});

test('a failure says what was expected and what came, with the seed and the step, which bring it back', async () => {
  const { how, noticed } = FAULTS['a device that keeps what is removed'] ?? {};
  if (!how || !noticed) throw new Error('This fault is gone.');
  const text = (await failures(how, 'push')).get(noticed);
  expect(text).toMatch(/seed \d+, step \d+: .*expected \[.*got \[/s);
  const seed = Number(/seed (\d+)/.exec(text ?? '')?.[1]);
  const options = { ...memoryOptions(breaking(how)), random: seed, scripts: 1 };
  const again = conformanceCases(options).find(({ name }) => name === noticed);
  await expect(again?.run()).rejects.toThrow(text?.replace('Error: ', ''));
});
