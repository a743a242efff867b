import type { Rule } from './apply.ts';

/** Rules of the loop and of delivery (docs/explanation), each with a small change of the source that breaks it. */
export const RULES: readonly Rule[] = [
  {
    says: 'nothing at or below its floor reaches a subscription',
    find: 'if (floor === undefined || compareTimetokens(timetoken, floor) <= 0) return false;',
    replace: 'if (floor === undefined) return false;',
  },
  {
    says: 'within a region the cursor never goes back',
    find: 'return compareTimetokens(after.timetoken, least) < 0 ? before : after;',
    replace: 'return after;',
  },
  {
    says: 'the timetoken of a handshake is the cursor only if there is none',
    find: 'if (cursor === undefined) return now; const isOfProgram',
    replace: 'return now; const isOfProgram',
  },
  {
    says: 'a handshake is never given up because the names change',
    find: "else if (phase.name === 'handshaking' && phase.poll && fresh) turn.set({ owed: 'handshake' });",
    replace: "else if (phase.name === 'handshaking') handshake(turn);",
  },
  {
    says: 'a poll that is given up is cancelled: there is one at a time',
    find: 'if (hasTimer(phase) || hasPoll(phase)) this.effects',
    replace: 'if (hasTimer(phase)) this.effects',
  },
  {
    says: 'a further copy only reaches who has not had it',
    find: 'if (seen.had.has(id)) return false;',
    replace: 'void id;',
  },
  {
    says: "the client's own listeners are a recipient like any other",
    find: 'const isFirst = !had.has(CLIENT);',
    replace: 'const isFirst = true;',
  },
  {
    says: 'messages of one timetoken that differ in their content are two',
    find: 'if (seen.content !== content || seen.kind !== e) continue;',
    replace: 'if (seen.kind !== e) continue;',
  },
  {
    says: 'a row of the history is known by the key without the sequence',
    find: '(isRow || seen.sequence === null || seen.sequence === s)',
    replace: 'seen.sequence === s',
  },
  {
    says: 'entries come in the order in which the answer holds them',
    find: 'arrived.forEach((one, index) => {',
    replace: '[...arrived].reverse().forEach((one, index) => {',
  },
  {
    says: 'a name that is dropped by a handler gets nothing of the rest of a batch',
    find: 'if (!wants(subscription, arrived)) return undefined;',
    replace: '',
  },
  {
    says: 'a group is no channel of the same name',
    find: 'return match === channel && channels.includes(channel) ? undefined : match;',
    replace: 'return match;',
  },
  {
    says: 'an event is labelled with the name that matched',
    find: 'if (fits(channels, channel, timetoken)) return null;',
    replace: "if (fits(channels, channel, timetoken)) return '';",
  },
  {
    says: 'subscriptions are told what they have lost',
    find: 'if (!subscription.ended) subscription.lose(asFarAs(isKnown, own));',
    replace: '{}',
  },
  {
    says: 'an answer that is full raises a suspicion',
    find: "late ? 'retention' : full ? 'count-exceeded' : undefined;",
    replace: "late ? 'retention' : undefined;",
  },
  {
    says: 'a long absence raises a suspicion',
    find: "late ? 'retention' : full ? 'count-exceeded' : undefined;",
    replace: "full ? 'count-exceeded' : undefined;",
  },
  {
    says: 'what an origin tells to have dropped is believed',
    find: 'if (answer.gaps) return [...losses, ...answer.gaps.map(told)];',
    replace: 'if (answer.gaps) return losses;',
  },
  {
    says: 'a start in the past is fetched',
    find: 'return (isRead && recovery?.start(this, plan)) || new Backfill(this, plan);',
    replace: 'return isRead ? undefined : undefined;',
  },
  {
    says: 'what is newer waits behind what is older',
    find: 'if (holder) holder.hold(arrived, subscription);',
    replace: 'if (holder && subscription.ended) holder.hold(arrived, subscription);',
  },
  {
    says: 'what waits behind a backfill is bounded',
    find: "if (this.backlog.isFull) this.engine.backfills.end(this, 'backlog-full');",
    replace: '',
  },
  {
    says: 'a backfill that fails ends in a gap',
    find: "this.end(backfill, 'backfill-failed');",
    replace: 'this.end(backfill);',
  },
  {
    says: 'withLast(n) brings n messages of a channel and no more',
    find: 'return this.#left > 0 || compareTimetokens(timetoken, this.#oldest) > 0;',
    replace: 'return true;',
  },
  {
    says: 'withLast(n) takes the newest of what is there at once',
    find: 'return sorted.slice(Math.max(0, sorted.length - Math.max(closing, this.#left)));',
    replace: 'return sorted;',
  },
  {
    says: 'what was told as missing is not filled in later, out of its order',
    find: 'return source?.fills === true && this.#isTold(arrived, source.serial);',
    replace: 'return false;',
  },
  {
    says: 'rows of history come for the groups that have their channel',
    find: '(group) => this.membersOf.get(group)?.includes(channel) ?? (!isKnown || isSeen(group)),',
    replace: '() => true,',
  },
  {
    says: 'a gap is certain only for a group that is known to have the channel',
    find: 'return isKnown ? loss : { ...loss, certain: false };',
    replace: 'return loss;',
  },
  {
    says: 'a backfill goes on when what was under way for it has ended',
    find: 'backfill.running = backfill.running.then(() => this.#run(backfill, signal));',
    replace: 'void this.#run(backfill, signal);',
  },
  {
    says: 'an older start gives a hurried server a pause as well',
    find: 'if (fruitless >= MOST_FRUITLESS) await',
    replace: 'if (fruitless >= 1e9) await',
  },
  {
    says: 'a gap is filled as completely as it is told',
    find: "if (!isExhaustive(names)) return [[loss, 'partial']];",
    replace: "if (!isExhaustive(names)) return [[loss, 'complete']];",
  },
  {
    says: 'the cursor that a program may keep passes nothing that is held back',
    find: 'if (this.#latest && !this.backfills.isWaitedFor)',
    replace: 'if (this.#latest)',
  },
  {
    says: 'a reader with a full buffer makes the client wait',
    find: 'while (this.#work.length > 0 && !this.#mustWait())',
    replace: 'while (this.#work.length > 0)',
  },
  {
    says: 'a refusal of new names leaves the accepted ones alone',
    find: 'return isEmpty(without(asked, named)) ? fresh : named;',
    replace: 'return asked;',
  },
  {
    says: 'refused names are tried again with a new token',
    find: 'turn.set({ refused: NO_NAMES }); if (!isEmpty(refused)',
    replace: 'if (!isEmpty(refused)',
  },
  {
    says: 'what listeners can make the client ask for is bounded',
    find: 'return Math.max(0, Math.ceil((levelOf(haste, now) + COST.handshake - CAPACITY) * LEAK));',
    replace: 'return 0 * levelOf(haste, now);',
  },
  {
    says: 'a server that answers at once with nothing new is given a pause',
    find: 'if (fruitless >= MOST_FRUITLESS && !isHandshakeDue(turn))',
    replace: 'if (fruitless >= 1e9)',
  },
  {
    says: 'no attempt follows a failed one sooner than a second',
    find: 'const due = failedAt + FLOOR_DELAY;',
    replace: 'const due = failedAt;',
  },
  {
    says: 'connected() resolves when every name is accepted',
    find: 'if (verdict) this.#waiters.tell(verdict);',
    replace: "this.#waiters.tell(verdict ?? 'done');",
  },
  {
    says: 'connected() rejects when the client gives up',
    find: 'fail(error: PubNubError): void { this.interest.giveUp(error);',
    replace: 'fail(error: PubNubError): void {',
  },
  {
    says: 'connected() rejects when the client stops',
    find: "else if (state === 'stopped') subscription.interest.giveUp(stoppedError());",
    replace: '',
  },
  {
    says: 'iterators end with their subscription',
    find: 'for (const queue of [...this.#queues]) queue.end();',
    replace: '',
  },
  {
    says: 'an outage is announced once',
    find: 'const first = state.established && !state.outage;',
    replace: 'const first = state.established;',
  },
  {
    says: 'the end of an outage is announced',
    find: "if (established && outage) turn.announce('PNReconnectedCategory', names);",
    replace: '',
  },
  {
    says: 'a handler that fails is reported, and costs nobody else anything',
    find: '(error) => this.#onFailure(name, error)',
    replace: '(error) => void [name, error]',
  },
  {
    says: 'close() ends what is under way',
    find: 'turn.halt(); turn.leave(isGone',
    replace: 'turn.leave(isGone',
  },
  {
    says: 'a publish with an id is one entry, whatever its timetokens',
    find: 'const id = publishIdIn(meta); const content',
    replace: 'const id: string | undefined = undefined; const content',
  },
  {
    says: 'an attempt carries the id of the call',
    find: 'return { ...values, id, meta: { ...meta, [PUBLISH_ID_MEMBER]: id } };',
    replace: 'return { ...values, id };',
  },
  {
    says: 'what is not answered while the id is remembered is looked up before it is repeated',
    find: 'if (until > monotonic) return attempt({ ...options, until });',
    replace: 'if (until > -1) return attempt(options);',
  },
  {
    says: 'what may have been taken is unknown, whatever became of the last attempt',
    find: "failure: withDetails(failure, { delivery: 'unknown' })",
    replace: 'failure',
  },
];
