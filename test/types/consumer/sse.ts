// A program that sends server-sent events, in a runtime whose types are Node's alone.
import {
  type EventClass,
  eventSourceHandler,
  Publisher,
  readEvents,
  StringEvent,
  type Subscriber,
} from 'timetoken/sse';

const publisher = new Publisher<{ readonly name: string }>({ backlog: 5, overflow: 'drop-oldest' });
const subscriber: Subscriber<{ readonly name: string }> = publisher.subscribe({
  channels: ['a', 'b'],
  properties: { name: 'ann' },
  initialData: [1, { text: null }],
  lastEventId: new Headers().get('last-event-id'),
});
publisher.publish(({ name }) => (name === '' ? undefined : { name }), { event: 'e', id: '1', channels: 'a' });
// @ts-expect-error a function is not JSON
publisher.publish({ run: () => 1 });

class Mine extends StringEvent {
  static override readonly actions = ['say', 'close'];
}
const eventClass: EventClass = Mine;
const handler = eventSourceHandler({ eventClass, keepAlive: 0 });
export const response: Promise<Response> = handler(new Request('http://localhost/poll/t'));
export const isSent: boolean = handler.send('t', 'say', 'hello');
export const names: readonly string[] = [...publisher.subscribers('a')].map(
  ({ properties }) => properties.name,
);
for await (const { data } of readEvents(subscriber.response())) data.trim();
