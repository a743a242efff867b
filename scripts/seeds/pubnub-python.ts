import type { Seed } from './seed.ts';

/** PubNub's Python client for Twisted: publish and subscribe. */
export const PUBNUB_PYTHON: Seed = {
  title: 'PubNub, Python',
  name: 'pubnub-python',
  page: 'docs/how-to/coming-from-pubnub-python.md',
  rows: [
    {
      capability:
        '`publish().channel().message().should_store().meta().use_post()` + `.deferred()` / `.future()`',
      detail: 'channel, message required',
      here: '`publish().channel(c).message(m).shouldStore(b).meta(x).usePost(b).execute()`, a promise. Without channel or message it does not compile.',
    },
    {
      capability: '`result.timetoken`, `status.is_error()`',
      detail: 'envelope always has status',
      here: '`const { result, status } = await ….envelope()`, with `status.isError`. `execute()` gives the result alone, and rejects on failure.',
    },
    {
      capability:
        'any JSON value, no double encoding; helpful error if a pre-serialised JSON string is passed',
      detail: '',
      here: 'Any JSON value, also `0`, `false`, `""` and `null`. A text that holds JSON is sent as a text, since it may be meant: the log says so, once. What is no JSON is refused with the place in it (PN-1004).',
    },
    {
      capability:
        'size limit 32 KiB after escaping incl. channel; "Message Too Large" `[0,"Message Too Large",tt]`',
      detail: 'check before sending',
      here: 'PN-1005, before it is sent: above 32 768 bytes of JSON text. We count bytes of UTF-8, and not what escaping in an address makes of them, since a long message goes by POST.',
    },
    {
      capability: 'subscriber queue of 100 messages, overflow means loss',
      detail: 'emulator + bounded buffer',
      here: "Our origin keeps as many, and says what it dropped: an event `gap`. `recovery: 'history'` fetches up to 1 000 of them. Buffers of the client are bounded, too.",
    },
    {
      capability: 'reliable publish recipe: serial per channel, check code 1, retry on 0, ≤ 5 msg/s',
      detail: 'built in option `reliable: true`',
      here: "`publishQueue('room', { ordered: true, maxPerSecond: 5 })`: one at a time, checked, repeated under one id so that it is kept once, throttled.",
    },
    { capability: 'publish without subscribing', detail: '', here: 'The same.' },
    {
      capability: '`subscribe().channels().channel_groups().with_timetoken().with_presence().execute()`',
      detail: 'string, list or tuple',
      here: '`subscribe().channels(c).channelGroups(g).withTimetoken(t).withPresence().execute()`: names or lists of them. It returns a subscription, which has handlers and an iterator of its own.',
    },
    {
      capability: 'reconnection policy NONE / LINEAR / EXPONENTIAL and catch-up of missed messages',
      detail: '',
      here: '`reconnectionPolicy: PNReconnectionPolicy.LINEAR` and so on. The default is EXPONENTIAL, not NONE; the client catches up under each of them.',
    },
    {
      capability:
        'multiplexing, wildcard `foo.*` (one level), presence channel `-pnpres`, channel groups, group presence',
      detail: '',
      here: 'The same. At our origin `foo.*` also matches `foo.a.b`; at PubNub it depends on the depth.',
    },
    {
      capability:
        'presence events join, leave, timeout, state-change, interval with joined/left/timedout deltas and `here_now_refresh`',
      detail: '',
      here: 'The same: `event`, `uuid`, `timestamp`, `occupancy`, `state`, `joined`, `left`, `timedOut`, `hereNowRefresh`. Lists are always there, and need no option.',
    },
    {
      capability: 'subscribing with state (`set_state` on connect)',
      detail: '',
      here: '`subscribe()….withState(state)`: nobody sees the user without it. `setState()` in a listener works, too.',
    },
    {
      capability: '`unsubscribe().channels().channel_groups().execute()`, `unsubscribe_all()`',
      detail: 'leave event; timetoken reset documented',
      here: '`unsubscribe().channels(c).channelGroups(g).execute()`, `unsubscribeAll()`. The reset is the same; `withTimetoken()`, `withCursor()` or `withLast()` close the gap.',
    },
    {
      capability: '`add_listener`, `remove_listener`; status, message, presence; "add before subscribe"',
      detail: 'ours: warn when a message arrives with no listener',
      here: '`addListener`, `removeListener`, with an object or a `SubscribeCallback`. A client that receives for nobody says so in its log.',
    },
    {
      capability:
        'status categories Timeout, BadRequest, NetworkIssues, Reconnected, Connected, UnexpectedDisconnect, Unknown; `reconnect()`',
      detail: '',
      here: '`PNStatusCategory` has them, and more. The loop reconnects by itself: `reconnect()` in a listener is harmless, and not needed.',
    },
    {
      capability: "`set_stream_logger('pubnub', DEBUG)`",
      detail: '',
      here: 'The option `logger: console`, or an object with `debug`, `info`, `warn`, `error`. No keys, tokens or payloads reach it.',
    },
    {
      capability: '`PNMessageResult`, `PNPresenceEventResult`, `PNStatus` fields',
      detail: '',
      here: 'The same, in camel case: `userMetadata`, `isError`, `errorData`, `statusCode`. `timetoken` is a string of 17 digits. `state` has what `user_metadata` of a presence event had.',
    },
  ],
};
