import { type Node, PatternError, parsePattern } from './parse.ts';
import { includes, type Ranges } from './ranges.ts';

// A place in the automaton. It is left by a character of the ranges, or without one, at an edge of the name if so said.
interface State {
  readonly ranges?: Ranges;
  readonly edge?: 'start' | 'end';
  readonly next: State[];
}

/** How large the patterns of one token may be together, counted in characters, classes and their repetitions. */
export const MAX_PATTERN_SIZE = 4_096;

// What names everything, however it is spelled.
const EVERYTHING = /^\^?\.[*+]\$?$/;

/**
 * A regular expression of the subset that can be matched in linear time, whatever the name: all possible places are
 * followed at once, and nothing is tried twice (docs/reference/protocol.md, "Permissions").
 */
export class Pattern {
  /** How large it is, with its repetitions written out. */
  readonly size: number;
  /** Whether it obviously matches every name. */
  readonly matchesAll: boolean;
  readonly #start: State;
  readonly #accepted: State = { next: [] };

  /** Throws a `PatternError` when the text is no such pattern, or a larger one than allowed. */
  constructor(text: string, maxSize = MAX_PATTERN_SIZE) {
    const builder = new Builder(maxSize);
    this.#start = builder.build(parsePattern(text), this.#accepted);
    this.size = builder.size;
    this.matchesAll = EVERYTHING.test(text);
  }

  /** Whether the whole name matches. */
  matches(name: string): boolean {
    const points = Array.from(name, (character) => character.codePointAt(0) ?? 0);
    let states = reached([this.#start], { start: true, end: points.length === 0 });
    for (const [index, point] of points.entries()) {
      const left: State[] = [];
      for (const { ranges, next } of states) if (ranges && includes(ranges, point)) left.push(...next);
      if (left.length === 0) return false;
      states = reached(left, { start: false, end: index === points.length - 1 });
    }
    return states.has(this.#accepted);
  }
}

type Edges = { readonly [edge in 'start' | 'end']: boolean };

// All places that can be reached from some without a character.
function reached(from: readonly State[], at: Edges): ReadonlySet<State> {
  const states = new Set(from);
  // A set is visited in the order of insertion, also what is added meanwhile.
  for (const { ranges, edge, next } of states) {
    if (ranges || (edge && !at[edge])) continue;
    for (const state of next) states.add(state);
  }
  return states;
}

class Builder {
  readonly #maxSize: number;
  size = 0;

  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  build(node: Node, next: State): State {
    // Counted before anything is built, also for what needs no state: repetitions multiply.
    this.size += node.kind === 'set' ? node.ranges.length + 1 : 1;
    if (this.size > this.#maxSize) throw new PatternError('The patterns are too large.');
    switch (node.kind) {
      case 'set':
        return { ranges: node.ranges, next: [next] };
      case 'edge':
        return { edge: node.edge, next: [next] };
      case 'sequence':
        return node.nodes.reduceRight((after, part) => this.build(part, after), next);
      case 'choice':
        return { next: node.nodes.map((part) => this.build(part, next)) };
      case 'repeat':
        return this.#repeat(node, next);
    }
  }

  #repeat({ node, min, max }: Node & { readonly kind: 'repeat' }, next: State): State {
    let start = next;
    if (max === Number.POSITIVE_INFINITY) {
      start = { next: [next] };
      start.next.push(this.build(node, start));
    }
    const optional = max === Number.POSITIVE_INFINITY ? 0 : max - min;
    for (let count = 0; count < optional; count++) start = { next: [this.build(node, start), next] };
    for (let count = 0; count < min; count++) start = this.build(node, start);
    return start;
  }
}
