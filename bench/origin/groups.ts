import { type FieldOptions, withField } from './field.ts';
import { measureCatchUp } from './measures/catch-up.ts';
import { measureMemory, measureStoreMemory } from './measures/memory.ts';
import { measurePeers, measurePolls, measureStorePolls } from './measures/polls.ts';
import { measurePublishes, measureRush } from './measures/publishes.ts';
import { measureStores } from './measures/stores.ts';
import { measureStreams } from './measures/streams.ts';
import type { AnyRow } from './series.ts';

/** The rows that are measured together, by the name for `--only`. */
export const GROUPS = {
  polls: (options) => withField(options, measurePolls),
  streams: (options) => withField({ ...options, kinds: ['ours'] }, measureStreams),
  memory: measureMemory,
  publish: (options) => withField(options, measurePublishes),
  rush: (options) => withField(options, measureRush),
  'catch-up': (options) => withField(options, measureCatchUp),
  stores: async (options) => {
    const kinds = ['ours', 'sqlite', 'redis', 'bare'] as const;
    const served = { ...options, kinds };
    return [
      ...(await measureStores(options)),
      ...(await withField(served, measureStorePolls)),
      await measureStoreMemory(served),
    ];
  },
  peers: (options) => {
    const peers = ['socket.io', 'faye'] as const;
    return withField({ ...options, kinds: [...options.kinds, ...peers] }, measurePeers);
  },
} as const satisfies Readonly<Record<string, (options: FieldOptions) => Promise<readonly AnyRow[]>>>;

/** The name of a group. */
export type Group = keyof typeof GROUPS;

export const GROUP_NAMES = Object.keys(GROUPS).filter(isGroup);

/** Whether there is such a group. */
export function isGroup(name: string): name is Group {
  return Object.hasOwn(GROUPS, name);
}
