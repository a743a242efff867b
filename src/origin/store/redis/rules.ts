import type { ShardRules } from '../store.ts';
import { ruleArguments } from './header.ts';
import { limitArguments } from './limits.ts';

const ANNOUNCE_MS = 10_000;

/** Rules as arguments of the script, written once for all calls: of every call those of `header`, of a part its own. */
type RuleTexts = ReturnType<typeof textsOf>;

/** The rules of one subscribe key, which may be replaced: whoever calls reads them then, and keeps no copy. */
export class RedisRules {
  #texts: RuleTexts;
  #leaseMs: number;

  constructor(rules: ShardRules) {
    this.#texts = textsOf(rules);
    this.#leaseMs = rules.leaseMs;
  }

  /** The rules that hold now. */
  get texts(): RuleTexts {
    return this.#texts;
  }

  /** The length of a lease without one of its own, in milliseconds. */
  get leaseMs(): number {
    return this.#leaseMs;
  }

  /** From now on these rules hold. */
  replace(rules: ShardRules): void {
    this.#texts = textsOf(rules);
    this.#leaseMs = rules.leaseMs;
  }
}

function textsOf(rules: ShardRules) {
  const { groups, actions, objects, push, access, files } = rules;
  return {
    header: ruleArguments(rules),
    presence: presenceText(rules),
    groups: limitArguments(groups?.channels, groups?.groups, groups?.members, groups?.bytes),
    actions: limitArguments(actions?.messageActions, actions?.actions, actions?.bytes),
    objects: limitArguments(objects?.objects, objects?.memberships, objects?.characters),
    push: limitArguments(push?.devices, push?.channels, push?.registrations, push?.bytes),
    grants: limitArguments(access?.grants, access?.bytes),
    revokedTokens: limitArguments(access?.revokedTokens, access?.bytes),
    files: limitArguments(files?.files, files?.bytes),
    uploads: limitArguments(files?.uploads),
  } as const;
}

// One argument: most operations are small, and nearly all need them.
function presenceText({
  leaseMs,
  announceMax,
  announceMs = ANNOUNCE_MS,
  waiting,
  leases,
}: ShardRules): string {
  return limitArguments(
    Math.ceil(leaseMs),
    announceMax,
    Math.ceil(announceMs),
    waiting?.entries,
    waiting?.bytes,
    leases?.all.entries,
    leases?.all.bytes,
    leases?.user.entries,
    leases?.user.bytes,
  ).join(' ');
}
