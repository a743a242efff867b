import { expect, describe as suite, test } from 'vitest';
import { describe } from '../../src/cli/describe.ts';
import { describeStatus } from '../../src/cli/describe-status.ts';
import { type PNStatus, PNStatusCategory, PubNubError } from '../../src/index.ts';

const NOW = 1_700_000_000_000;
const TIME = new Date(NOW).toTimeString().slice(0, 8);
const manner = { paint: (_look: string, text: string) => text, now: () => NOW };
const where = { channel: 'room', subscription: null, timetoken: '17000000000000000' };
const message = {
  ...where,
  publisher: 'bob',
  message: 'hi',
  userMetadata: undefined,
  customMessageType: undefined,
};
const unreadable = new PubNubError('PN-5001', 'wrong\u001bkey.');
const presence = {
  ...where,
  uuid: 'bob',
  timestamp: NOW / 1_000,
  occupancy: 2,
  state: undefined,
  joined: [],
  left: [],
  timedOut: [],
  hereNowRefresh: false,
};

suite('events in words', () => {
  test.each([
    ['a message', describe.message(message, manner), 'room bob: "hi"'],
    [
      'one without a publisher',
      describe.message({ ...message, publisher: undefined }, manner),
      'room -: "hi"',
    ],
    [
      'one that cannot be read',
      describe.message({ ...message, error: unreadable }, manner),
      'room bob: "hi" wrong\\u001bkey. Check that both sides have the same cipher key. (PN-5001)',
    ],
    [
      'a hostile type',
      describe.message({ ...message, customMessageType: '\u001bc' }, manner),
      'room bob: "hi" (\\u001bc)',
    ],
    [
      'a signal',
      describe.signal({ ...message, publisher: 'b\u202eb' }, manner),
      'room b\\u202eb: signal "hi"',
    ],
    ['a join', describe.presence({ ...presence, event: 'join' }, manner), 'room bob joined (2 here)'],
    ['a leave', describe.presence({ ...presence, event: 'leave' }, manner), 'room bob left (2 here)'],
    [
      'a timeout',
      describe.presence({ ...presence, event: 'timeout', uuid: '\n' }, manner),
      'room \\u000a timed out (2 here)',
    ],
    [
      'a change of state',
      describe.presence({ ...presence, event: 'state-change', state: { mood: '\u009b' } }, manner),
      'room bob is now {"mood":"\\u009b"} (2 here)',
    ],
    [
      'a silent interval',
      describe.presence({ ...presence, event: 'interval', uuid: undefined }, manner),
      'room 2 here',
    ],
    [
      'an interval',
      describe.presence(
        {
          ...presence,
          event: 'interval',
          joined: ['a', '\u001b'],
          left: ['b'],
          timedOut: ['c'],
          hereNowRefresh: true,
        },
        manner,
      ),
      'room 2 here; joined: a \\u001b; left: b; timed out: c; ask here-now for names',
    ],
    [
      'an action',
      describe.messageAction(
        {
          ...where,
          publisher: 'bob',
          event: 'added',
          data: {
            ...{ type: 'reaction', value: '\u0007', uuid: 'bob' },
            ...{ actionTimetoken: '2', messageTimetoken: '1' },
          },
        },
        manner,
      ),
      'room bob: action added {"type":"reaction","value":"\\u0007","uuid":"bob","actionTimetoken":"2","messageTimetoken":"1"}',
    ],
    [
      'metadata',
      describe.objects({ ...where, message: { event: 'delete', type: 'uuid', data: { id: 'bob' } } }, manner),
      'room objects {"event":"delete","type":"uuid","data":{"id":"bob"}}',
    ],
    [
      'a file',
      describe.file({ ...message, file: { id: '1', name: '\u001b.txt', url: '' } }, manner),
      'room bob: file \\u001b.txt "hi"',
    ],
    [
      'a gap',
      describe.gap(
        {
          channel: 'room',
          presence: false,
          from: '1',
          to: '2',
          reason: 'trimmed',
          certain: true,
          recovered: 'none',
          kinds: [],
        },
        manner,
      ),
      'room messages are missing: after 1, up to 2 (trimmed, recovered: none)',
    ],
    [
      'a possible gap',
      describe.gap(
        {
          ...{ presence: false, from: '1', to: '2', reason: 'retention', certain: false },
          ...{ recovered: 'none', kinds: [] },
        },
        manner,
      ),
      '- messages may be missing: after 1, up to 2 (retention, recovered: none)',
    ],
    [
      'nonsense',
      describe.invalidMessage({ reason: 'no channel', raw: '\u001b' }, manner),
      'no channel "\\u001b"',
    ],
  ])('%s', (_name, line, expected) => {
    expect(line).toBe(`${TIME} ${expected}`);
  });

  test('a timetoken beyond all dates has no time', () => {
    const line = describe.message({ ...message, timetoken: '9999999999999999999' }, manner);
    expect(line).toMatch(/^(\d\d:\d\d:\d\d|--:--:--) room bob: "hi"$/);
  });
});

suite('statuses in words', () => {
  const blank: PNStatus = {
    category: PNStatusCategory.PNConnectedCategory,
    operation: undefined,
    isError: false,
    errorData: undefined,
    statusCode: undefined,
    affectedChannels: ['a', 'b\u001b'],
    affectedChannelGroups: ['g'],
    attempt: undefined,
    nextRetryAt: undefined,
  };
  const errorData = new PubNubError('PN-2001', 'It broke\u001b.');
  const failed = { ...blank, isError: true, errorData, attempt: 1, nextRetryAt: NOW + 1_540 };
  const broke = 'It broke\\u001b. Check the connection and the origin. (PN-2001)';

  test.each([
    ['connected', blank, 'connected to a, b\\u001b, group g'],
    [
      'again',
      { ...blank, category: PNStatusCategory.PNReconnectedCategory },
      'connected again to a, b\\u001b, group g',
    ],
    ['over', { ...blank, category: PNStatusCategory.PNDisconnectedCategory }, 'disconnected'],
    [
      'lost',
      { ...failed, category: PNStatusCategory.PNUnexpectedDisconnectCategory },
      `connection lost: ${broke}; attempt 2 in 1.5 s`,
    ],
    [
      'still lost',
      { ...failed, attempt: 2, category: PNStatusCategory.PNNetworkIssuesCategory },
      `${broke}; attempt 3 in 1.5 s`,
    ],
    [
      'overdue',
      { ...failed, nextRetryAt: NOW - 5, category: PNStatusCategory.PNNetworkIssuesCategory },
      `${broke}; attempt 2 in 0.0 s`,
    ],
    [
      'something else',
      { ...blank, category: PNStatusCategory.PNNetworkUpCategory },
      'PNNetworkUpCategory: a, b\\u001b, group g',
    ],
  ])('%s', (_name, status, expected) => {
    expect(describeStatus(status, (_look, text) => text, NOW)).toBe(`* ${expected}`);
  });
});
