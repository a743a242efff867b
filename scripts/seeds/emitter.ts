import type { Seed } from './seed.ts';

/** Emitter's Python client. */
export const EMITTER: Seed = {
  title: 'Emitter, Python',
  name: 'emitter',
  page: 'docs/how-to/coming-from-emitter.md',
  rows: [
    {
      capability: '`connect(options)` returns instance',
      detail: 'host `api.emitter.io`, port 443 if secure else 8080, keepalive 30 (s), secure True',
      here: '`new PubNub({ subscribeKey, publishKey, userId, origin, ssl })`. `origin` has host and port, `ssl` is on by default, `heartbeatInterval` and `presenceTimeout` say how soon others learn that it is gone. Nothing is connected before the first `subscribe()`.',
    },
    {
      capability: '`disconnect()`',
      detail: '',
      here: '`disconnect()`, after which `reconnect()` goes on where it was. `close()` is the end.',
    },
    {
      capability: '`publish(key, channel, message, ttl)`',
      detail: 'per-channel key; ttl seconds; None or 0 = live only',
      here: '`publish().channel(c).message(m).ttl(hours).execute()`: **hours**, not seconds. Live only is `.shouldStore(false)`; without both, the message is kept as long as the keyset says, a week by default. The key is a token of the client, and no parameter of each call.',
    },
    {
      capability: '`subscribe(key, channel, last)`',
      detail: 'last = N most recent stored messages',
      here: '`subscribe().channels(c).withLast(n).execute()`, 1 to 1 000. They come first and in order; live ones wait for them, about a second.',
    },
    {
      capability: '`unsubscribe(key, channel)`',
      detail: '',
      here: '`unsubscribe().channels(c).execute()`, or `unsubscribe()` of the subscription.',
    },
    {
      capability: '`on(event, callback)`',
      detail: 'callbacks cleared by a new `connect()`; ours should survive',
      here: '`on(event, callback)`, which returns what ends it. Callbacks belong to the client, and survive every reconnection, `disconnect()` and `unsubscribeAll()`.',
    },
    {
      capability: 'event `connect` (also on reconnect, no arguments)',
      detail: '',
      here: "`on('state', ({ state }) => …)` with `'connected'`, also after a loss.",
    },
    {
      capability: 'event `disconnect` (no arguments)',
      detail: '',
      here: "The same with `'reconnecting'` (it was lost), `'stopped'` (`disconnect()`) and `'failed'` (given up).",
    },
    {
      capability: 'event `message` → `EmitterMessage`',
      detail: '',
      here: "`on('message', (event) => …)`: a plain, frozen object with `channel`, `message`, `timetoken`, `publisher`, `userMetadata`.",
    },
    {
      capability: 'event `presence`',
      detail: '`{time, event: status, subscribe or unsubscribe, channel, who}`',
      here: "`subscribe()….withPresence()` and `on('presence', …)`: `timestamp` in seconds, `event` is `join`, `leave`, `timeout`, `state-change` or `interval`, `channel`, `uuid`, `occupancy`. The first status is that of `occupants()`, below.",
    },
    {
      capability: 'presence `status` → list of `{id, username?}`; over 1000 = 1000 random',
      detail: 'username optional',
      here: "`occupants('room')` is a set of `{ uuid, name?, state? }`, all of them; `complete` is `false` where the server does not say enough.",
    },
    {
      capability: 'presence `subscribe` / `unsubscribe` → one `who` object',
      detail: '',
      here: "`occupants('room').on('join', …)` and `'leave'`, with a list of occupants: a crowded channel announces several at once.",
    },
    {
      capability: '`presence(key, channel)` triggers status then changes',
      detail: 'source adds `status`, `changes` flags',
      here: "`occupants('room')`: `sync` first, then `join`, `leave` and `update`. Who wants no changes calls `hereNow()`, who wants no status subscribes `withPresence()`.",
    },
    {
      capability: 'event `keygen`, `keygen(masterKey, channel)`',
      detail:
        'document leaves it open; source: `{key, channel, permissions/type, ttl}` → `{key, channel, status}`',
      here: '`grantToken().ttl(minutes).channels({ room: […] }).execute()` with the secret key, from code of your server or by `timetoken token grant`. The answer is the result of the call, and no event. A token expires after 30 days at most; the key never leaves your server.',
    },
    {
      capability: '`EmitterMessage.channel`, `.binary`',
      detail: '',
      here: '`event.channel`, `messageBytes(event)`. A `Uint8Array` is published as it is.',
    },
    {
      capability: '`asString()` utf-8, `asObject()` JSON, `asBinary()` raw',
      detail: 'JS version returns `{}` on bad JSON; ours should throw or offer `tryObject()`',
      here: '`messageText(event)`, `event.message`, which is the value already, and `messageBytes(event)`. What is no JSON was never published: `publish()` refuses it.',
    },
    {
      capability: 'stated TODOs: `username` in presence, `me()`',
      detail: 'do both',
      here: 'The `name` of an occupant. Who you are, you say: `userId` of the options, which others get as `publisher` and `uuid`. The server invents no id.',
    },
    {
      capability: 'extra in source, not in the document',
      detail:
        'JS: `off`, `link`, `publishWithLink`, `me`, events `offline`, `error`, `me`, no-echo `me=0`. Python 2.3: `subscribe_with_group`, `keyban`, `with_retain`, at-most/at-least-once, per-subscription handler with wildcard trie, `loop_*`',
      prose: true,
      here: 'See [what the source has beyond its document](#what-the-source-has-beyond-its-document).',
    },
  ],
};
