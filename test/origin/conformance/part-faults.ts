import type { ObjectProblem } from '../../../src/origin/store/objects.ts';
import { entriesOf, type Fault, from, later, part, shortened } from './broken-engines.ts';

/** Faults of the other parts. */
export const PART_FAULTS: Readonly<Record<string, Fault>> = {
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
