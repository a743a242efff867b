// The rows of the event-source library, in its words: what its users expect, and how it is done here.
import {
  type EventClass,
  eventSourceHandler,
  JSONEvent,
  JSONIdEvent,
  readEvents,
  type SseEvent,
  StringEvent,
  StringIdEvent,
} from 'timetoken/sse';
import { describe, expect, onTestFinished, test } from 'vitest';
import { finish, start } from '../cli/fake-terminal.ts';
import { StreamReader } from '../sse/support.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const TOKEN = '42:42:42:42:42:42';

function setUp(...options: Parameters<typeof eventSourceHandler>) {
  const handler = eventSourceHandler(...options);
  onTestFinished(() => handler.close());
  const call = (method: string, path: string, body?: string) =>
    handler(new Request(`http://localhost${path}`, { method, ...(body !== undefined && { body }) }));
  return {
    handler,
    get: (path: string) => call('GET', path),
    post: async (path: string, body = '') => (await call('POST', path, body)).status,
    open: async () => new StreamReader((await call('GET', `/poll/${TOKEN}`)).body ?? new ReadableStream()),
  };
}

async function server(...flags: readonly string[]) {
  const { terminal, code } = start(['eventsource-server', '-P', '0', ...flags], {});
  await terminal.stdout.until('http://');
  onTestFinished(async () => {
    terminal.end();
    await code;
  });
  return { terminal, port: /http:\S+:(\d+)/.exec(terminal.stdout.text)?.[1] ?? '' };
}

async function client(port: string, ...flags: readonly string[]) {
  const { terminal, code } = start(['eventsource-client', TOKEN, '-P', port, '-d', ...flags], {});
  onTestFinished(() => terminal.end());
  await terminal.stderr.until('connected');
  return { terminal, code };
}

describe('event-source-library', () => {
  test('`eventsource-server`', async () => {
    const { stdout } = await finish(['eventsource-server', '--help'], {});
    const flags = ['-H, --host', '-P, --port', '-d, --debug', '-j, --json', '-k, --keepalive', '-i, --id'];
    expect(flags.filter((flag) => !stdout.includes(flag))).toEqual([]);
    const { port } = await server('-H', '127.0.0.1', '-d', '-j', '-k', '50000', '-i');
    const { terminal } = await client(port);
    await finish(['eventsource-request', TOKEN, 'ping', '{"a":1}', '-P', port], {});
    await terminal.stdout.until('\n');
    expect(terminal.stdout.text).toMatch(/^\d+ ping: \{"a":1\}\n$/);
  });

  test('`eventsource-client TOKEN`', async () => {
    const { stdout } = await finish(['eventsource-client', '--help'], {});
    const flags = ['-H, --host', '-P, --port', '-d, --debug', '-r, --retry', '<token>'];
    expect(flags.filter((flag) => !stdout.includes(flag))).toEqual([]);
    const { port } = await server();
    const { terminal, code } = await client(port, '-H', '127.0.0.1', '-r', '-1');
    await finish(['eventsource-request', TOKEN, 'ping', 'hello', '-P', port], {});
    await finish(['eventsource-request', TOKEN, 'close', '-P', port], {});
    expect(await code).toBe(0);
    expect(terminal.stdout.text).toBe('ping: hello\n');
  });

  test('`eventsource-request TOKEN ACTION [DATA]`', async () => {
    const { stdout } = await finish(['eventsource-request', '--help'], {});
    const flags = ['-H, --host', '-P, --port', '-j, --json', '<token> <action> [data]'];
    expect(flags.filter((flag) => !stdout.includes(flag))).toEqual([]);
    const { port } = await server();
    const send = async (...words: string[]) =>
      (await finish(['eventsource-request', TOKEN, ...words, '-P', port], {})).code;
    expect(await send('ping', '42')).toBe(1);
    const { code } = await client(port);
    expect([await send('ping', '42'), await send('ping', '[1]', '-j'), await send('shout')]).toEqual([
      0, 0, 1,
    ]);
    expect([await send('close'), await code]).toEqual([0, 0]);
  });

  test('`GET /poll/TOKEN` opens stream', async () => {
    const { get } = setUp();
    const { status, headers } = await get(`/poll/${TOKEN}`);
    expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
      200,
      'text/event-stream',
      'no-cache',
    ]);
    expect((await get(`/poll/${TOKEN}`)).status).toBe(423);
    expect((await get('/poll/another')).status).toBe(200);
    // No redirect to `/`, which belongs to the server around it.
    expect((await get('/other/another')).status).toBe(404);
  });

  test('`POST /ACTION/TOKEN` injects event', async () => {
    const { post, open } = setUp({ eventClass: JSONEvent });
    expect(await post(`/ping/${TOKEN}`, '1')).toBe(404);
    const reader = await open();
    expect(await post(`/shout/${TOKEN}`, '1')).toBe(404);
    expect(await post(`/ping/${TOKEN}`, '{nope')).toBe(400);
    expect(await post(`/ping/${TOKEN}`, '{"n":1}')).toBe(200);
    expect(await reader.until('n')).toBe('event: ping\ndata: {"n":1}\n\n');
  });

  test('keepalive comment every k ms', async () => {
    const clock = new VirtualClock();
    const { open, handler } = setUp({ keepAlive: 50_000, clock });
    const rest = (await open()).rest();
    await clock.advance(150_000);
    handler.close();
    expect((await rest).match(/^: keepalive \S+$/gm)).toHaveLength(3);
  });

  test('`ping` action, `close` action (server ends the stream, client stops), `retry` action (sets reconnection time)', async () => {
    const { post, get } = setUp();
    const response = await get(`/poll/${TOKEN}`);
    const codes = [];
    for (const [action, body] of [['ping', 'hi'], ['retry', '5000'], ['close']] as const)
      codes.push(await post(`/${action}/${TOKEN}`, body));
    expect(codes).toEqual([200, 200, 200]);
    const events: SseEvent[] = [];
    const times: number[] = [];
    for await (const event of readEvents(response, { onRetry: (time) => times.push(time) }))
      events.push(event);
    expect([events, times]).toEqual([[{ event: 'ping', data: 'hi' }], [5_000]]);
  });

  test('event classes `Event`, `EventId`, `StringEvent`, `StringIdEvent`, `JSONEvent`, `JSONIdEvent`', async () => {
    const sent = async (eventClass: EventClass, body: string) => {
      const { open, handler } = setUp({ eventClass });
      const reader = await open();
      for (let count = 0; count < 2; count++) expect(handler.send(TOKEN, 'ping', body)).toBe(true);
      handler.close();
      return reader.rest();
    };
    // Lines of a text are lines of data, and ids increase always. The two abstract classes are the type of a class.
    const ids: number[] = [];
    const withoutIds = (text: string) =>
      text.replace(/^id: (\d+)\n/gm, (_line, id: string) => `id ${ids.push(Number(id)) > 0}\n`);
    const lines = 'event: ping\ndata: a\ndata: b\n\n';
    const json = 'event: ping\ndata: {"a":1}\n\n';
    expect(await sent(StringEvent, 'a\nb')).toBe(lines.repeat(2));
    expect(withoutIds(await sent(StringIdEvent, 'a\nb'))).toBe(`id true\n${lines}`.repeat(2));
    expect(await sent(JSONEvent, '{"a":1}')).toBe(json.repeat(2));
    expect(withoutIds(await sent(JSONIdEvent, '{"a":1}'))).toBe(`id true\n${json}`.repeat(2));
    expect(ids[1]).toBeGreaterThan(ids[0] ?? Number.NaN);
    expect(ids[3]).toBeGreaterThan(ids[2] ?? Number.NaN);
  });

  test('extension points `LISTEN` "poll", `FINISH` "close", `RETRY`, `ACTIONS`, `content_type`, `get_value/set_value`, `id` property (counter or timestamp)', async () => {
    class OneLineEvent {
      static readonly actions: readonly string[] = ['ping', StringEvent.finish];
      static readonly contentType = 'text/x-lines';
      readonly data: string;
      constructor(_action: string, body: string) {
        this.data = body.split('\n').join(';');
      }
    }
    class OneLineEventId extends OneLineEvent {
      static readonly numbered = true;
    }
    class OneLineTimestampEvent extends OneLineEvent {
      readonly id = (Date.now() / 1_000).toFixed(6);
    }
    const texts = [];
    for (const eventClass of [OneLineEvent, OneLineEventId, OneLineTimestampEvent]) {
      const { open, post, handler } = setUp({ eventClass });
      const reader = await open();
      // RETRY is disabled unless a class names it.
      expect(await post(`/retry/${TOKEN}`, '5')).toBe(404);
      const answer = await handler(new Request(`http://x/ping/${TOKEN}`, { method: 'POST', body: 'a\nb' }));
      expect(answer.headers.get('accept')).toBe('text/x-lines');
      expect(await post(`/close/${TOKEN}`)).toBe(200);
      texts.push(await reader.rest());
    }
    expect(texts).toEqual([
      'event: ping\ndata: a;b\n\n',
      expect.stringMatching(/^id: \d+\nevent: ping\ndata: a;b\n\n$/),
      expect.stringMatching(/^id: \d+\.\d{6}\nevent: ping\ndata: a;b\n\n$/),
    ]);
    class Renamed extends StringEvent {
      static override readonly actions = ['say', 'end', 'wait'];
      static override readonly listen = 'open';
      static override readonly finish = 'end';
      static override readonly retry = 'wait';
    }
    const { get, post } = setUp({ eventClass: Renamed });
    expect((await get(`/poll/${TOKEN}`)).status).toBe(404);
    const stream = await get(`/open/${TOKEN}`);
    for (const [action, body] of [['say', 'hi'], ['wait', '500'], ['end']] as const)
      expect(await post(`/${action}/${TOKEN}`, body)).toBe(200);
    expect(await stream.text()).toBe('event: say\ndata: hi\n\nretry: 500\n\n');
  });

  test('mount handler in an app with `event_class`, `keepalive`', async () => {
    const handler = eventSourceHandler({ eventClass: JSONIdEvent, keepAlive: 0 });
    onTestFinished(() => handler.close());
    const app = (request: Request) =>
      new URL(request.url).pathname.startsWith('/events/') ? handler(request) : new Response('a page');
    expect(await (await app(new Request('http://x/'))).text()).toBe('a page');
    expect((await app(new Request('http://x/events/poll/42'))).status).toBe(200);
  });

  test('`buffer_event(target, action, value)` server-side push', async () => {
    const { open, handler } = setUp();
    expect(handler.send(TOKEN, 'ping', 'early')).toBe(false);
    const reader = await open();
    expect(handler.send(TOKEN, 'ping', 'hello')).toBe(true);
    expect(handler.send(TOKEN, 'unknown', 'hello')).toBe(false);
    expect(handler.send(TOKEN, 'close')).toBe(true);
    expect(await reader.rest()).toBe('event: ping\ndata: hello\n\n');
  });

  test('client callback per event, fields name, data, id; honours `retry:`; comments logged', async () => {
    const text = ': keepalive 1\n\nretry: 5000\n\nid: 1\nevent: ping\ndata: 42\n\n';
    const seen: unknown[] = [];
    const options = {
      onRetry: (ms: number) => seen.push(ms),
      onComment: (comment: string) => seen.push(comment),
    };
    for await (const event of readEvents(new Response(text), options)) seen.push(event);
    expect(seen).toEqual(['keepalive 1', 5_000, { event: 'ping', data: '42', id: '1' }]);
  });

  describe('improve on', () => {
    test('`keepalive=0` is off, and no timer runs', async () => {
      const clock = new VirtualClock();
      const { open } = setUp({ keepAlive: 0, clock });
      const reader = await open();
      expect(clock.pending).toBe(0);
      await reader.cancel();
    });

    test('`Last-Event-ID` is honoured', async () => {
      const { open, handler } = setUp({ eventClass: StringIdEvent });
      const reader = await open();
      for (const text of ['seen', 'missed']) handler.send(TOKEN, 'ping', text);
      const [, id = ''] = /^id: (\d+)/.exec(await reader.until('seen')) ?? [];
      await reader.cancel();
      const headers = { 'last-event-id': id };
      const { body } = await handler(new Request(`http://x/poll/${TOKEN}`, { headers }));
      const again = new StreamReader(body ?? new ReadableStream());
      expect(await again.until('missed')).not.toContain('seen');
    });

    test('events that are cut into chunks anywhere are read', async () => {
      const bytes = [...new TextEncoder().encode('id: 1\r\nevent: ping\r\ndata: é\r\n\r\n')];
      const source = new ReadableStream<Uint8Array>({
        start(controller) {
          for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
      const seen: SseEvent[] = [];
      for await (const event of readEvents(source)) seen.push(event);
      expect(seen).toEqual([{ id: '1', event: 'ping', data: 'é' }]);
    });

    test('a token is free again when its client is gone', async () => {
      const { open, get } = setUp();
      const reader = await open();
      expect((await get(`/poll/${TOKEN}`)).status).toBe(423);
      await reader.cancel();
      expect((await get(`/poll/${TOKEN}`)).status).toBe(200);
    });
  });
});
