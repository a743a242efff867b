import { type Dialect, get, post } from './dialect.ts';

const CLIENT_ID = /"clientId":"([^"]+)"/;

/** Bayeux on long polling. */
export const faye: Dialect = {
  greetings: 2,
  next(client, body) {
    if (client.step === 0)
      return meta({ channel: '/meta/handshake', version: '1.0', supportedConnectionTypes: ['long-polling'] });
    if (client.step === 1) client.session = CLIENT_ID.exec(body?.toString('latin1') ?? '')?.[1] ?? '';
    const clientId = client.session;
    return client.step === 1
      ? meta({ channel: '/meta/subscribe', clientId, subscription: '/room', id: '2' })
      : meta({ channel: '/meta/connect', clientId, connectionType: 'long-polling', id: String(client.step) });
  },
  broadcast: () => get('/broadcast'),
};

function meta(message: Readonly<Record<string, unknown>>): string {
  return post('/faye', 'application/json', JSON.stringify([message]));
}
