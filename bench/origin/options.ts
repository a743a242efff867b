import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { GROUP_NAMES, type Group, isGroup } from './groups.ts';
import { FULL, type Plan, QUICK } from './plan.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What a run was asked for. */
export interface Options {
  readonly plan: Plan;
  readonly groups: readonly Group[];
  /** The checkout whose build is measured. */
  readonly folder: string;
  /** Where the peers are installed, if not in a place of our own. */
  readonly peers: string | undefined;
  /** The folder in which profiles are kept, if they are wanted. */
  readonly profile: string | undefined;
  readonly json: boolean;
  /** All rows at full length: the run that is kept. */
  readonly isWhole: boolean;
}

/** Reads the command line. Throws a `RangeError` on what is no option's value. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      clients: { type: 'string' },
      only: { type: 'string', multiple: true },
      package: { type: 'string', default: ROOT },
      peers: { type: 'string' },
      profile: { type: 'string' },
    },
  });
  const plan = values.quick ? QUICK : FULL;
  const rounds = countOf('rounds', values.rounds, plan.rounds);
  const clients = countOf('clients', values.clients, plan.clients);
  return {
    plan: { ...plan, rounds, clients },
    groups: groupsOf(values.only),
    folder: resolve(values.package),
    peers: values.peers && resolve(values.peers),
    profile: values.profile && resolve(values.profile),
    json: values.json,
    isWhole: [values.quick, values.only, values.profile, values.clients, values.rounds].every(
      (value) => !value,
    ),
  };
}

function countOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (!/^[1-9]\d*$/.test(text))
    throw new RangeError(`--${name} must be a whole number above zero, not ${text}.`);
  return Number(text);
}

function groupsOf(only: readonly string[] | undefined): readonly Group[] {
  const names = only?.flatMap((list) => list.split(',')) ?? GROUP_NAMES;
  return names.map((name) => {
    if (isGroup(name)) return name;
    throw new RangeError(`--only knows ${GROUP_NAMES.join(', ')}, and not ${name}.`);
  });
}
