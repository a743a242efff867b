import {
  type MissingParameter,
  type PublishResult,
  PubNub,
  PubNubError,
  type SendFileResult,
  type Timetoken,
} from 'timetoken';
import { PubNub as Core, fetchTransport } from 'timetoken/core';
import { shop } from './channel-map.ts';
import { same } from './expect.ts';

const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' };

// An id is an optional parameter: a setter anywhere, or a member of the object.
const complete = shop.publish().id('order-17').channel('chat.1').message({ text: 'hi' });
same<Promise<PublishResult>>()(complete.execute());
void shop.publish({ channel: 'chat.1', message: { text: 'hi' }, id: 'order-17' }).execute();
void shop.publishFileMessage({ channel: 'chat.1', fileId: 'f', fileName: 'n', id: 'order-17' }).execute();
same<Promise<SendFileResult>>()(
  shop
    .sendFile()
    .channel('chat.1')
    .file(new Blob(['x']))
    .fileName('n')
    .id('order-17')
    .execute(),
);
// It makes nothing else complete.
const withId = shop.publish().id('order-17');
same<MissingParameter<'channel' | 'message'>>()(withId.execute);
// @ts-expect-error channel and message are missing
withId.execute();
// @ts-expect-error an id is a text
shop.publish().id(17);
// @ts-expect-error an id is a text
shop.publish({ channel: 'chat.1', message: { text: 'hi' }, id: 17 });
// @ts-expect-error signals have no meta, and so no id
shop.signal().id('order-17');
// @ts-expect-error what is not stored has no id
shop.fire().id('order-17');

// The result.
declare const result: PublishResult;
same<Timetoken>()(result.timetoken);
same<string | undefined>()(result.id);
same<boolean | undefined>()(result.isDuplicate);
// @ts-expect-error results are read-only
result.id = 'x';

// The option, in both classes.
void new PubNub({ ...keys, idempotentPublishing: true });
void new Core({ ...keys, transport: fetchTransport(), idempotentPublishing: false });
// @ts-expect-error it is a switch
void new PubNub({ ...keys, idempotentPublishing: 'yes' });

// The error.
declare const error: PubNubError;
same<string | undefined>()(error.publishId);
void new PubNubError('PN-2001', 'It failed.', { publishId: 'x' });
