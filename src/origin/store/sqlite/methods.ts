import type { ShardStore } from '../store.ts';

/** How a method uses the file. */
export type Access = 'read' | 'write';

/** The methods of the parts that run in the worker, and which of them only read. */
export const METHODS = {
  log: { append: 'write', fence: 'write', last: 'read', began: 'read', readAfter: 'read', follow: 'read' },
  history: { read: 'read', count: 'read', remove: 'write' },
  presence: {
    touch: 'write',
    leave: 'write',
    sweep: 'write',
    hereNow: 'read',
    whereNow: 'read',
    setState: 'write',
    getState: 'read',
  },
  groups: { list: 'read', members: 'read', change: 'write', delete: 'write' },
  access: { grant: 'write', check: 'read', grants: 'read', revoke: 'write' },
  actions: { add: 'write', remove: 'write', list: 'read', of: 'read' },
  objects: { get: 'read', list: 'read', count: 'read', write: 'write' },
  files: {
    announce: 'write',
    announced: 'read',
    list: 'read',
    find: 'read',
    remove: 'write',
    open: 'read',
    block: 'read',
    begin: 'write',
    take: 'write',
    complete: 'write',
    abort: 'write',
  },
  push: { channels: 'read', change: 'write', forget: 'write' },
} as const satisfies Partial<Record<keyof ShardStore, Readonly<Record<string, Access>>>>;

/** A part whose methods run in the worker. */
export type PartName = keyof typeof METHODS;

/** How a method of a part uses the file; `undefined` if there is no such method. */
export function accessOf(part: PartName, method: string): Access | undefined {
  const methods: Readonly<Record<string, Access>> = METHODS[part];
  return methods[method];
}
