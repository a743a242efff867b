import type { Entry } from '../../../src/origin/index.ts';
import { type Fault, hiddenFor, later, part, tickBefore } from './broken-engines.ts';

/** Faults of the log and of history. */
export const LOG_FAULTS: Readonly<Record<string, Fault>> = {
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
            ranges.map(({ from, to }) => ({ from, to: to > '1' ? tickBefore(to) : to })),
          ),
      }),
    }),
  },
};
