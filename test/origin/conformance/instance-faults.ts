import { type Fault, part } from './broken-engines.ts';

/** Faults of engines with several instances of a user. */
export const INSTANCE_FAULTS: Readonly<Record<string, Fault>> = {
  'one lease for all instances of a user': {
    part: 'presence',
    noticed: 'a user with several instances joins with the first, and leaves with the last',
    how: ({ presence }) => ({
      presence: part(presence, {
        touch: (touches) => presence.touch(touches.map(({ instance, ...touch }) => touch)),
        leave: (user, channels) => presence.leave(user, channels),
      }),
    }),
  },
  'a user for each instance': {
    part: 'presence',
    noticed: 'users are counted, not their instances',
    how: ({ presence }) => ({
      presence: part(presence, {
        touch: (touches) =>
          presence.touch(
            touches.map(({ instance, user, ...touch }) => ({ ...touch, user: user + (instance ?? '') })),
          ),
        leave: (user, channels, instance) => presence.leave(user + (instance ?? ''), channels),
      }),
    }),
  },
  'a leave that takes all instances out': {
    part: 'presence',
    noticed: 'each instance has a lease of its own, and what ends the last one is told',
    how: ({ presence }) => {
      const instances = new Set<string | undefined>();
      return {
        presence: part(presence, {
          touch: (touches) => {
            for (const { instance } of touches) instances.add(instance);
            return presence.touch(touches);
          },
          leave: async (user, channels) => {
            for (const instance of instances) await presence.leave(user, channels, instance);
          },
        }),
      };
    },
  },
  'leases of instances that are all as long as the last': {
    part: 'presence',
    noticed: 'each instance has a lease of its own, and what ends the last one is told',
    how: ({ presence }) => {
      let last: number | undefined;
      return {
        presence: part(presence, {
          touch: (touches) => {
            for (const { leaseMs } of touches) last = leaseMs ?? last;
            return presence.touch(touches.map((touch) => ({ ...touch, leaseMs: last })));
          },
        }),
      };
    },
  },
  'a leave of an instance that origins take for the user’s': {
    part: 'presence',
    noticed: 'a user with several instances joins with the first, and leaves with the last',
    how: ({ log }) => ({
      log: part(log, {
        readAfter: async (after, limit) => {
          const slice = await log.readAfter(after, limit);
          const entries = slice.entries.map((entry) =>
            entry.kind === 'leave' && 'channels' in entry.data
              ? { ...entry, data: entry.data.channels }
              : entry,
          );
          return { ...slice, entries };
        },
      }),
    }),
  },
};
