import { LOG_RULES } from '../memory/log.ts';
import type { ShardRules } from '../store.ts';

// More than anything that is counted: Lua has no infinity that it reads.
const MUCH = 1e15;

/** The rules that every call carries, in the order in which the library reads them (ARGV[5] to ARGV[13]). */
export function ruleArguments({ log = LOG_RULES, history }: ShardRules): readonly string[] {
  return [
    text(log.entries),
    text(log.bytes),
    log.keepMs === undefined ? '' : text(log.keepMs),
    text(log.publishIds),
    text(log.publishIdBytes),
    ...(history
      ? [text(history.channelEntries), text(history.entries), text(history.bytes), text(history.keepMs)]
      : ['0', '0', '0', '0']),
  ];
}

function text(number: number): string {
  return String(Math.min(number, MUCH));
}
