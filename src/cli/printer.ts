import type { EventMap, EventName } from 'timetoken';
import { describe } from './describe.ts';
import { describeStatus } from './describe-status.ts';
import type { Hints } from './hints.ts';
import { paintFor } from './style.ts';
import type { Terminal } from './terminal.ts';
import { jsonLine } from './visible.ts';

/** Events that are printed. */
export type Printed = Exclude<EventName, 'listenerError' | 'state'>;

/** A listener for each event. */
export type Printer = { readonly [Name in Printed]: (event: EventMap[Name]) => void };

/** Prints events as text or JSON: received events to the standard output, statuses to the standard error. */
export function printer(options: {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly now: () => number;
  readonly hints: Hints;
}): Printer {
  const { terminal, json, now, hints } = options;
  const { stdout, stderr } = terminal;
  const paint = paintFor('stdout', terminal);
  const statusPaint = paintFor('stderr', terminal);
  // No event has a member `type`.
  const line = <Name extends keyof typeof describe>(name: Name, event: EventMap[Name]) =>
    stdout.write(json ? jsonLine({ type: name, ...event }) : `${describe[name](event, { paint, now })}\n`);
  return {
    message: (event) => line('message', event),
    signal: (event) => line('signal', event),
    presence: (event) => line('presence', event),
    messageAction: (event) => line('messageAction', event),
    objects: (event) => line('objects', event),
    file: (event) => line('file', event),
    gap: (event) => line('gap', event),
    invalidMessage: (event) => line('invalidMessage', event),
    status: (event) => {
      if (json) return stderr.write(jsonLine({ type: 'status', ...event }));
      stderr.write(`${describeStatus(event, statusPaint, now())}\n`);
      hints.note(event);
    },
  };
}
