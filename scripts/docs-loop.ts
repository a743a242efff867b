// The state table and the diagram of the subscribe loop: what the real reducer does in each state with each event.
import { isEmpty, sameNames } from '../src/client/subscribe/names.ts';
import { reduce } from '../src/client/subscribe/reduce.ts';
import type { LoopEffect, LoopEvent, LoopState } from '../src/client/subscribe/state.ts';
import { presentIn } from '../src/client/subscribe/steps.ts';
import { EVENTS, NOW, POLICY, STATES } from './docs-loop-cases.ts';
import { type GeneratedPage, table } from './docs-page.ts';

interface Transition {
  readonly from: LoopState;
  readonly to: LoopState;
  readonly event: string;
  readonly effects: readonly LoopEffect[];
}

/** The page of the subscribe loop. */
export function loopPage(): GeneratedPage {
  const states = STATES.map(({ name, state }) => ({ name, transitions: transitionsOf(state) }));
  return {
    path: 'docs/explanation/subscribe-loop.md',
    sections: {
      'state table': states.map(({ name, transitions }) => stateTable(name, transitions)).join('\n\n'),
      diagram: diagram(states.flatMap(({ transitions }) => transitions)),
    },
  };
}

// Events that change nothing are left out.
function transitionsOf(from: LoopState): readonly Transition[] {
  return EVENTS.flatMap(({ name, make }) => {
    const event: LoopEvent | undefined = make(from, NOW);
    if (event === undefined) return [];
    const [to, effects] = reduce(POLICY, from, event);
    const isIdle = effects.length === 0 && to.phase === from.phase && remembered(from, to).length === 0;
    return isIdle ? [] : [{ from, to, event: name, effects }];
  });
}

function stateTable(name: string, transitions: readonly Transition[]): string {
  const rows = transitions.map(({ event, from, to, effects }) => [
    event,
    describeState(to),
    // An effect that occurs twice in a row is listed once.
    [...new Set([...effects.map(describeEffect), ...remembered(from, to)])].join('; ') || 'nothing',
  ]);
  return `### ${name}\n\n${table(['Event', 'Next state', 'Effects'], rows)}`;
}

function describeState({ phase }: LoopState): string {
  switch (phase.name) {
    case 'receiving':
      return phase.poll ? 'receiving' : phase.timer ? 'receiving, pause' : 'receiving, no poll';
    case 'waiting':
      return phase.timer ? 'waiting for a delay' : 'waiting for a token';
    default:
      return phase.name;
  }
}

// Changes of the state that have no effect of their own.
function remembered(from: LoopState, to: LoopState): readonly string[] {
  const notes = [...rememberedOfPage(from, to)];
  const present = presentIn(to);
  if (!sameNames(presentIn(from), present))
    notes.push(isEmpty(present) ? 'stop heartbeats' : 'send heartbeats for the channels');
  if (to.owed !== from.owed && to.owed !== undefined)
    notes.push(to.owed === 'handshake' ? 'owe a handshake' : 'owe a poll with the change');
  if ('stale' in to.phase && to.phase.stale === true) notes.push('retry if this request is refused');
  return notes;
}

// Where the phase tells it, it needs no note.
function rememberedOfPage(from: LoopState, to: LoopState): readonly string[] {
  if (to.hidden === from.hidden || to.phase.name !== from.phase.name) return [];
  return [to.hidden ? 'remember that the page is hidden' : 'remember that the page is back'];
}

function describeEffect(effect: LoopEffect): string {
  switch (effect.type) {
    case 'poll':
      return effect.cursor ? 'poll at the cursor' : 'send a handshake';
    case 'cancel':
      return 'cancel the request or timer in flight';
    case 'startTimer':
      return `start a timer of ${effect.delay / 1_000} s`;
    case 'deliver':
      return 'deliver the answer';
    case 'accept':
      return 'mark the names as accepted';
    case 'refuse':
      return 'mark the names as refused';
    case 'leave':
      return 'send a leave';
    case 'announce':
      return `announce \`${effect.announcement.category}\``;
  }
}

function diagram(transitions: readonly Transition[]): string {
  const edges = new Map<string, Set<string>>();
  for (const { from, to, event } of transitions) {
    const edge = `${from.phase.name} --> ${to.phase.name}`;
    const label = event.split(':')[0] ?? event;
    if (from.phase.name !== to.phase.name) edges.set(edge, (edges.get(edge) ?? new Set()).add(label));
  }
  const lines = [...edges].map(([edge, labels]) => `  ${edge}: ${[...labels].join(', ')}`);
  return ['```mermaid', 'stateDiagram-v2', '  [*] --> idle', ...lines, '```'].join('\n');
}
