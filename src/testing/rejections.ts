/** Notes a rejection that nobody handles. */
export type NoteRejection = (reason: unknown) => void;

const NOTES = Symbol.for('timetoken.testing.rejections');

/** The one listener of all networks: a process warns of many. It holds the notes, so that no module does. */
interface Listener extends NoteRejection {
  readonly [NOTES]: Set<NoteRejection>;
}

/**
 * Listens for unhandled rejections, but only if a test runner does too: without one, they must end the process. Returns how
 * to stop; `undefined` if it does not listen. It may be stopped never: the process keeps no more than `note`.
 */
export function listenForRejections(note: NoteRejection): (() => void) | undefined {
  const { process } = globalThis as {
    process?: Partial<Pick<NodeJS.Process, 'on' | 'off' | 'listeners'>>;
  };
  const all: readonly unknown[] = process?.listeners?.('unhandledRejection') ?? [];
  const known = all.find(isListener);
  if (!process?.on || all.every(isListener)) return undefined;
  const listener = known ?? listenerOf(new Set());
  if (!known) process.on('unhandledRejection', listener);
  const notes = listener[NOTES];
  notes.add(note);
  return () => {
    notes.delete(note);
    if (notes.size === 0) process.off?.('unhandledRejection', listener);
  };
}

function listenerOf(notes: Set<NoteRejection>): Listener {
  const tell: NoteRejection = (reason) => {
    for (const note of notes) note(reason);
  };
  return Object.assign(tell, { [NOTES]: notes });
}

function isListener(value: unknown): value is Listener {
  return typeof value === 'function' && NOTES in value;
}
