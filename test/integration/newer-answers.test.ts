import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { WireSubscribeAnswer } from '../../src/protocol/envelope.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import { rawRequest } from '../support/integration-raw.ts';
import { JS, openWire, type Wire } from '../support/integration-wire.ts';

// Raw requests, written as clients of other makers and versions write them (docs/reference/protocol.md).

let wire: Wire;

beforeAll(async () => {
  wire = await openWire();
});

afterAll(() => wire[Symbol.asyncDispose]());

describe('answers in the shapes that clients read', () => {
  const base = '/v2/presence/sub-key/demo';
  const forbiddenState = encodeURIComponent('[1]');

  test.each([
    [
      'a heartbeat',
      `${base}/channel/a/heartbeat?heartbeat=12&uuid=u&ee=1`,
      200,
      { status: 200, message: 'OK', service: 'Presence' },
    ],
    [
      'a heartbeat of groups',
      `${base}/channel/,/heartbeat?heartbeat=12&channel-group=friends,foes&uuid=u`,
      200,
      { status: 200, message: 'OK', service: 'Presence' },
    ],
    [
      'a heartbeat without a user',
      `${base}/channel/a/heartbeat?heartbeat=12`,
      200,
      { status: 200, message: 'OK', service: 'Presence' },
    ],
    [
      'a leave',
      `${base}/channel/a%2Ca/leave?uuid=u`,
      200,
      { status: 200, action: 'leave', message: 'OK', service: 'Presence' },
    ],
    [
      'a leave of groups',
      `${base}/channel/,/leave?channel-group=friends&uuid=u&ee=1`,
      200,
      { status: 200, action: 'leave', message: 'OK', service: 'Presence' },
    ],
    [
      'bad state',
      `${base}/channel/a/heartbeat?uuid=u&state=${forbiddenState}`,
      400,
      { status: 400, error: 1, message: expect.any(String), service: 'Presence' },
    ],
    [
      'an unknown presence path',
      `${base}/unknown/thing`,
      404,
      { message: `Not found: '${base}/unknown/thing'`, error: 1, service: 'Presence' },
    ],
    [
      'a bad subscribe key',
      '/v2/subscribe/no%20key/a/0?tt=0',
      400,
      { message: 'Invalid Subscribe Key', error: true, service: 'Access Manager', status: 400 },
    ],
    [
      'a bad publish key',
      '/publish/no%20key/demo/0/a/0/1',
      400,
      [0, 'Invalid Key', expect.stringMatching(/^\d{17}$/)],
    ],
    [
      'no JSON',
      '/publish/demo/demo/0/a/0/nojson',
      400,
      [0, 'Invalid JSON', expect.stringMatching(/^\d{17}$/)],
    ],
    [
      'a signal',
      '/signal/demo/demo/0/a/0/%22x%22?uuid=u',
      200,
      [1, 'Sent', expect.stringMatching(/^\d{17}$/)],
    ],
    [
      'a large signal',
      `/signal/demo/demo/0/a/0/%22${'x'.repeat(70)}%22`,
      400,
      [0, 'Signal size too large', expect.stringMatching(/^\d{17}$/)],
    ],
    [
      'a publish path that does not fit',
      '/publish/demo/demo/0/a',
      400,
      { message: 'Could Not Parse Request', error: true, service: 'Access Manager', status: 400 },
    ],
    [
      'a timetoken that is none',
      '/v2/subscribe/demo/a/0?tt=abc',
      400,
      { message: expect.any(String), error: true, service: 'Access Manager', status: 400 },
    ],
    [
      'a bad escape',
      '/v2/subscribe/demo/%E0%A4%A/0?tt=0',
      400,
      { message: expect.any(String), error: true, service: 'Access Manager', status: 400 },
    ],
    [
      'no name at all',
      '/v2/subscribe/demo/,/0?tt=0',
      400,
      { message: expect.any(String), error: true, service: 'Access Manager', status: 400 },
    ],
    [
      'too long an address',
      `/v2/subscribe/demo/${'a'.repeat(40_000)}/0?tt=0`,
      414,
      { message: 'Request URI Too Long', error: true, service: 'Balancer', status: 414 },
    ],
  ])('%s', async (_what, path, status, json) => {
    const answer = await wire.get(path);
    expect(answer).toMatchObject({ status });
    expect(answer.json).toEqual(json);
    expect(answer.contentType).toMatch(/^(text\/javascript|application\/json)\b/);
  });

  test('the time is one bare number of 17 digits', async () => {
    const answer = await wire.get(`/time/0?uuid=u&${JS}`);
    expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/^\[\d{17}\]$/) });
    expect(answer.contentType).toContain('javascript');
  });

  test('an idle poll ends by itself, with its cursor and no messages', async () => {
    await using short = await serveOrigin({ limits: { holdSeconds: 0.05 } });
    const first = await rawRequest(short, '/v2/subscribe/demo/a/0?ee=&uuid=u');
    const { t } = first.json as WireSubscribeAnswer;
    const idle = await rawRequest(short, `/v2/subscribe/demo/a/0?tt=${t.t}&tr=${t.r}&ee=&uuid=u`);
    const answer = idle.json as WireSubscribeAnswer;
    expect(answer).toEqual({ t: { t: expect.stringMatching(/^\d{17}$/), r: t.r }, m: [] });
    expect(answer.t.t >= t.t).toBe(true);
  });
});
