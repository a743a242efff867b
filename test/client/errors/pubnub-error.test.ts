import { inspect } from 'node:util';
import { PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';

describe('PubNubError', () => {
  const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const error = new PubNubError('PN-2001', 'PNPublishOperation failed.', {
    operation: 'PNPublishOperation',
    delivery: 'not-sent',
    channels: ['a'],
    cause,
  });

  it('is an Error, and known as one of ours', () => {
    expect(error).toBeInstanceOf(Error);
    expect(error.name).toBe('PubNubError');
    expect(PubNubError.is(error)).toBe(true);
    expect(error.stack).toContain('pubnub-error.test.ts');
    expect(error.cause).toBe(cause);
  });

  it('is known when it comes from another copy of the library', () => {
    const foreign = Object.defineProperty(new Error('x'), Symbol.for('timetoken.PubNubError'), {
      value: true,
    });
    expect(foreign).not.toBeInstanceOf(PubNubError);
    expect(PubNubError.is(foreign)).toBe(true);
  });

  it.each([undefined, null, 'text', 1, {}, new Error('x'), { name: 'PubNubError', code: 'PN-2001' }])(
    'is not taken for %s',
    (value) => {
      expect(PubNubError.is(value)).toBe(false);
    },
  );

  it('takes null for no details', () => {
    // A program without types may give it.
    const bare = new PubNubError('PN-2001', 'It failed.', null as unknown as undefined);
    expect(bare).toMatchObject({ code: 'PN-2001', channels: [], delivery: undefined });
  });

  it('says what happened, what to do and its code, in one message', () => {
    expect(error.message).toBe('PNPublishOperation failed. Check the connection and the origin. (PN-2001)');
  });

  it('prints as JSON with all that it knows, its causes by name, message and code', () => {
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: 'PubNubError',
      message: error.message,
      code: 'PN-2001',
      category: 'PNNetworkIssuesCategory',
      operation: 'PNPublishOperation',
      channels: ['a'],
      channelGroups: [],
      retryable: true,
      delivery: 'not-sent',
      cause: { name: 'Error', message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    });
  });

  it('prints with its code where it is inspected', () => {
    expect(inspect(error)).toContain("code: 'PN-2001'");
  });

  it.each(['PN-1001', 'PN-1004', 'PN-1007'] as const)(
    'that the library raised itself was not sent: %s',
    (code) => {
      expect(new PubNubError(code, 'x').delivery).toBe('not-sent');
    },
  );

  it('says nothing of delivery where there is nothing to say', () => {
    expect(new PubNubError('PN-3002', 'x').delivery).toBeUndefined();
  });
});
