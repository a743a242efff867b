import { type FieldOptions, withField } from './field.ts';
import { measureCatchUp } from './measures/catch-up.ts';
import { measureMemory } from './measures/memory.ts';
import { measurePeers, measurePolls } from './measures/polls.ts';
import { measurePublishes, measureRush } from './measures/publishes.ts';
import type { Row } from './series.ts';

/** The rows that are measured together, by the name for `--only`. */
export const GROUPS = {
  polls: (options) => withField(options, measurePolls),
  memory: measureMemory,
  publish: (options) => withField(options, measurePublishes),
  rush: (options) => withField(options, measureRush),
  'catch-up': (options) => withField(options, measureCatchUp),
  peers: (options) => {
    const peers = ['socket.io', 'faye'] as const;
    return withField({ ...options, kinds: [...options.kinds, ...peers] }, measurePeers);
  },
} as const satisfies Readonly<Record<string, (options: FieldOptions) => Promise<readonly Row[]>>>;

/** The name of a group. */
export type Group = keyof typeof GROUPS;

export const GROUP_NAMES = Object.keys(GROUPS).filter(isGroup);

/** Whether there is such a group. */
export function isGroup(name: string): name is Group {
  return Object.hasOwn(GROUPS, name);
}
