import type { Seed } from './seed.ts';

/** The event-source library for Python. */
export const EVENT_SOURCE_LIBRARY: Seed = {
  title: 'event-source-library',
  name: 'event-source-library',
  page: 'docs/how-to/coming-from-event-source-library.md',
  rows: [
    {
      capability: '`eventsource-server`',
      detail:
        '`-H/--host` (0.0.0.0), `-P/--port` (8888), `-d/--debug`, `-j/--json`, `-k/--keepalive` ms (0 = off), `-i/--id`',
      here: '`npx timetoken eventsource-server` with the same flags. Without `-H` it listens on this machine only: who reaches it may send.',
    },
    {
      capability: '`eventsource-client TOKEN`',
      detail: '`-H` (127.0.0.1), `-P` (8888), `-d`, `-r/--retry` ms (source default -1)',
      here: '`npx timetoken eventsource-client TOKEN` with the same flags; `--json` prints lines of JSON.',
    },
    {
      capability: '`eventsource-request TOKEN ACTION [DATA]`',
      detail: '`-H`, `-P`, `-j/--json`; exit status 0/1',
      here: '`npx timetoken eventsource-request TOKEN ACTION [DATA]` with the same flags and exit codes; 2 is wrong usage.',
    },
    {
      capability: '`GET /poll/TOKEN` opens stream',
      detail:
        '`text/event-stream`, `no-cache`; second connection with the same token → 423; other action → redirect',
      here: 'The same, but for the redirect: another action is a 404, since `/` belongs to the server around it.',
    },
    {
      capability: '`POST /ACTION/TOKEN` injects event',
      detail: '404 not connected, 404 unknown action, 400 bad JSON',
      here: 'The same. A text of more than 256 KiB is a 413 (`maxBodyBytes`).',
    },
    {
      capability: 'keepalive comment every k ms',
      detail: '`: keepalive <time>`',
      here: '`keepAlive`, in milliseconds; 15 000 by default, 0 is off.',
    },
    {
      capability:
        '`ping` action, `close` action (server ends the stream, client stops), `retry` action (sets reconnection time)',
      detail: 'retry only on the Id event classes',
      here: 'The same three; all four classes have `retry`. A browser does not know that the end of a stream means `close`: [send it an event](event-source.md#in-a-server) on which the page closes.',
    },
    {
      capability:
        'event classes `Event`, `EventId`, `StringEvent`, `StringIdEvent`, `JSONEvent`, `JSONIdEvent`',
      detail: 'multi-line strings → several `data:` lines; ids always increase',
      here: 'The four that can be used have the same names. For `Event` and `EventId`, which are abstract, there is the type `EventClass`, and `static numbered = true`. Ids increase from one process to the next as well.',
    },
    {
      capability:
        'extension points `LISTEN` "poll", `FINISH` "close", `RETRY`, `ACTIONS`, `content_type`, `get_value/set_value`, `id` property (counter or timestamp)',
      detail: 'custom class e.g. one-line join',
      here: '`static listen`, `finish`, `retry`, `actions`, `contentType`; the constructor makes `data` of the text, and refuses one by throwing; `id`, or `static numbered`.',
    },
    {
      capability: 'mount handler in an app with `event_class`, `keepalive`',
      detail: 'ours: `createHandler()` for node:http, fetch handler, express',
      here: '`eventSourceHandler({ eventClass, keepAlive })`, a fetch handler; [a few lines](server-sent-events.md#on-nodehttp-express-and-fastify) carry it on `node:http` and Express.',
    },
    {
      capability: '`buffer_event(target, action, value)` server-side push',
      detail: '',
      here: '`handler.send(token, action, text)`, which says whether it was sent.',
    },
    {
      capability: 'client callback per event, fields name, data, id; honours `retry:`; comments logged',
      detail: '',
      here: '`for await (const { event, data, id } of readEvents(response, { onRetry, onComment }))`. `readEvents()` does not connect again; `eventsource-client -r` does, and every browser.',
    },
    {
      capability: 'improve on',
      detail:
        'busy event loop, `keepalive=0` crash (`_keepalive` unset, read), ids sent but `Last-Event-ID` ignored, chunk boundaries not handled by the client parser, token must be unique',
      here: 'No timer runs that nobody needs; `Last-Event-ID` continues after that event; chunks may end anywhere; a token is free again when its client is gone.',
    },
  ],
};
