import type { Seed } from './seed.ts';

/** The Azure Web PubSub client for Python. Its page is written by hand. */
export const AZURE_WEB_PUBSUB: Seed = {
  title: 'Azure Web PubSub, Python',
  name: 'azure-web-pubsub',
  page: 'docs/how-to/coming-from-azure-web-pubsub.md',
  rows: [
    { capability: 'construct from client access URL or a function that fetches it', detail: '' },
    { capability: 'context-manager lifetime (`with client`)', detail: '`await using`' },
    {
      capability: '`join_group`, `leave_group`, `send_to_group(group, data, TEXT/JSON/BINARY)`, `send_event`',
      detail: '',
    },
    {
      capability:
        'callbacks CONNECTED (`connection_id`), DISCONNECTED (`message`), STOPPED, SERVER_MESSAGE, GROUP_MESSAGE (`group`, `data`), REJOIN_GROUP_FAILED (`group`, `error`)',
      detail: '',
    },
    { capability: 'register before joining, callbacks persist over reconnect and stop', detail: '' },
    { capability: 'auto reconnect; restart from within `stopped` via open', detail: '' },
    { capability: 'auto rejoin groups (default on, only groups joined by client)', detail: '' },
    {
      capability:
        'three retries per operation, configurable; error carries `ack_id`; retry with same `ack_id` is deduplicated',
      detail: '`isDuplicated` in result (JS)',
    },
    {
      capability: 'subprotocols `json.reliable.webpubsub.azure.v1` (default), `json.webpubsub.azure.v1`',
      detail: '',
    },
    {
      capability:
        'recovery: same connection id, service keeps context and messages; fails on close code 1008 or after 30 s',
      detail: 'client drops `sequenceId` already seen',
    },
    { capability: 'reconnect: new connection id, groups lost then rejoined', detail: '' },
    { capability: 'concepts hub, group, user, connection; several connections per user', detail: '' },
    { capability: 'numbered, ordered delivery after recovery', detail: '' },
    { capability: 'logging with payload when enabled', detail: 'redact by default' },
    {
      capability: 'extra in JS 1.1.0',
      detail:
        '`invokeEvent`, group streams (write/end/abort, async iterable, idle timeout, replay from ack), `noEcho`, `fireAndForget`, `abortSignal`, keepalive 20 s / 120 s',
      prose: true,
    },
  ],
};
