import { messageBytes, messageText, type PubNub } from 'timetoken';
import { same } from './expect.ts';

interface Camera {
  'camera.*': Uint8Array;
  mixed: Uint8Array | { readonly text: string };
  text: string;
}

declare const typed: PubNub<Camera>;
declare const loose: PubNub;
declare const bytes: Uint8Array;
declare const buffer: Buffer;

// Bytes are published whole.
loose.publish().channel('a').message(bytes).execute();
loose.publish().message(buffer).channel('a').execute();
loose.publish({ channel: 'a', message: bytes }).execute();
loose.publish({ channel: 'a', message: buffer }).execute();
loose.fire({ channel: 'a', message: bytes }).execute();
typed.publish().channel('camera.1').message(bytes).execute();
typed.publish().message(bytes).channel('camera.1').execute();
typed.publish({ channel: 'camera.1', message: bytes }).execute();
typed.publish().channel('mixed').message(bytes).execute();
typed.publish().channel('mixed').message({ text: 'a' }).execute();
// @ts-expect-error another type of payload
typed.publish().channel('text').message(bytes).execute();
// @ts-expect-error another type of payload
typed.publish().message(bytes).channel('text').execute();
// @ts-expect-error another type of payload
typed.publish({ channel: 'camera.1', message: 'text' }).execute();

// Not as a part of something else, nor where there is no `meta`, nor other kinds of view.
// @ts-expect-error nested
loose.publish().channel('a').message({ picture: bytes });
// @ts-expect-error nested
loose.publish({ channel: 'a', message: [bytes] });
// @ts-expect-error a signal
loose.signal().channel('a').message(bytes);
// @ts-expect-error a signal
loose.signal({ channel: 'a', message: bytes });
// @ts-expect-error presence state
loose.setState().channels('a').state(bytes);
// @ts-expect-error presence state
loose.setState({ channels: ['a'], state: bytes });
// @ts-expect-error the message of a file
loose.sendFile().message(bytes);
// @ts-expect-error words
loose.publish().channel('a').message(new Uint16Array(1));

// What is received is Base64, as the type says.
typed.on('message', (event) => {
  if (event.channel === 'text') same<string>()(event.message);
  else if (event.channel === 'mixed') same<string | { readonly text: string }>()(event.message);
  else same<string>()(event.message);
  if (typed.matches('camera.*', event)) same<string>()(event.message);
  same<Uint8Array<ArrayBuffer>>()(messageBytes(event));
  same<string>()(messageText(event));
});
loose.on('signal', (event) => messageText(event));
loose.on('file', (event) => messageText(event));
for await (const { message } of typed.subscribe().channels('camera.1').execute().messages())
  same<string>()(message);
const { channels } = await typed.fetchMessages().channels('camera.1').includeMeta(true).execute();
for (const row of channels['camera.1'] ?? []) {
  same<string>()(row.message);
  messageBytes(row);
}
const { messages } = await typed.history().channel('camera.1').includeMeta(true).execute();
for (const row of messages) {
  same<string>()(row.entry);
  messageBytes(row);
}

// A queue takes what a publish takes.
void loose.publishQueue('a').publish(bytes);
void loose.publishQueue('a').publish(buffer, { id: 'x', meta: { n: 1 } });
void loose.publishQueue('a').publish({ text: 'a' });
void typed.publishQueue('camera.1').publish(bytes);
void typed.publishQueue('mixed').publish(bytes);
void typed.publishQueue('mixed').publish({ text: 'a' });
void typed.publishQueue('text').publish('a');
// @ts-expect-error another type of payload
void typed.publishQueue('text').publish(bytes);
// @ts-expect-error another type of payload
void typed.publishQueue('camera.1').publish('a');
// @ts-expect-error no JSON
void loose.publishQueue('a').publish({ at: 1n });
// @ts-expect-error bytes are no part of JSON
void loose.publishQueue('a').publish({ bytes });
