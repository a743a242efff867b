import type { Seed } from './seed.ts';

/** The server-sent-events library for Python. */
export const SERVER_SENT_EVENTS: Seed = {
  title: 'server-sent-events',
  name: 'server-sent-events',
  page: 'docs/how-to/coming-from-server-sent-events.md',
  rows: [
    {
      capability: '`Publisher()` with no subscribers',
      detail: '',
      here: '`new Publisher()`, or `new Publisher<P>()` with the type of properties.',
    },
    {
      capability:
        "`subscribe(channel='default channel', properties, initial_data=[])` → infinite generator of SSE frames",
      detail: 'ours: async generator / ReadableStream / Response',
      here: '`subscribe({ channels, properties, initialData })`: an async iterable of events, `.stream()` or `.response()`. One reader each. Pass `signal` of the request.',
    },
    {
      capability: "`publish(data, channel='default channel')`",
      detail: 'channel string **or list**',
      here: '`publish(data, { channels })`, a name or a list. Who is on several gets it once. What is no string is sent as JSON.',
    },
    {
      capability: 'callable data: `data(properties)` evaluated per subscriber; falsy result skips',
      detail: '',
      here: '`publish((properties) => …)`. Only `undefined` skips: `0`, `false` and `""` are data.',
    },
    {
      capability: '`initial_data` delivered before live data',
      detail: '',
      here: '`initialData`.',
    },
    {
      capability: '`get_subscribers(channel)` generator over one or many channels',
      detail: '',
      here: '`subscribers(channels)`, each once; `close()` ends one.',
    },
    {
      capability: 'server agnostic (Flask example), run module for an example chat at :5000',
      detail: '`npx … demo`',
      here: 'A `Response` for any server. `npx timetoken chat` is the chat, at port 5000.',
    },
    {
      capability: 'improve on (read in source)',
      detail:
        'multi-line data: the loop enqueues the *whole* string once per line, so a 3-line message is sent 3 times and unescaped; subscribers never removed (leak); queue unbounded; no id, event name, retry, keepalive, Last-Event-ID',
      here: 'A text of three lines is one event. Who goes away is forgotten, who is too slow is closed, and `id`, `event`, `retry`, `keepAlive`, `backlog` and `lastEventId` are options.',
    },
  ],
};
