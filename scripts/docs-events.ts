// The fields of each event, from the interfaces that declare them.
import { EVENT_NAMES, type EventName } from '../src/client/listeners/events.ts';
import { type Field, fieldsOf, fieldsTable, type Shape } from './docs-fields.ts';
import { code, type GeneratedPage, readProjectFile, table } from './docs-page.ts';

const MESSAGE: Shape = { name: 'PNMessageResult', types: { Name: 'string', P: 'unknown' } };

const SHAPES: Readonly<Record<EventName, Shape>> = {
  message: MESSAGE,
  signal: MESSAGE,
  presence: { name: 'PNPresenceEventResult' },
  messageAction: { name: 'PNMessageActionEvent' },
  objects: { name: 'PNObjectsEvent' },
  file: { name: 'PNFileEvent' },
  status: { name: 'PNStatus' },
  state: { name: 'PNStateEvent' },
  gap: { name: 'PNGapEvent' },
  invalidMessage: { name: 'PNInvalidMessageEvent' },
  listenerError: { name: 'PNListenerErrorEvent' },
};

// The members of every delivered event come first.
const FIRST = ['channel', 'subscription', 'timetoken'];

/** The fields of an event, those that every delivered event has at the head. */
export function fieldsOfEvent(name: EventName): readonly Field[] {
  const fields = fieldsOf('src/client/listeners', [{ types: { Name: 'string' }, ...SHAPES[name] }]);
  const rank = ({ path }: Field) => (FIRST.includes(path) ? FIRST.indexOf(path) : FIRST.length);
  // A signal cannot be encrypted.
  return fields
    .filter(({ path }) => name !== 'signal' || path !== 'error')
    .toSorted((a, b) => rank(a) - rank(b));
}

/** The page of events. */
export function eventsPage(): GeneratedPage {
  const events = EVENT_NAMES.map((name) => [name, fieldsTable('Field', fieldsOfEvent(name))] as const);
  return {
    path: 'docs/reference/events.md',
    sections: { ...Object.fromEntries(events), categories: categories() },
  };
}

function categories(): string {
  const source = readProjectFile('src/protocol/status.ts');
  const rows = [...source.matchAll(/\/\*\* (.*) \*\/\n\s+(PN\w+Category): ''/g)];
  return table(
    ['Category', 'Meaning'],
    rows.map(([, text = '', name = '']) => [code(name), text]),
  );
}
