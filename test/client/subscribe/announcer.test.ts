import { describe, expect, test } from 'vitest';
import { makeStatus } from '../../../src/client/listeners/events.ts';
import { REASONS, statusOf } from '../../../src/client/subscribe/announcer.ts';
import { PNOperationType, PNStatusCategory } from '../../../src/protocol/status.ts';
import { failure, names } from '../../support/loop-machine.ts';
import { EVENTS, SITUATIONS } from '../../support/loop-phases.ts';

const { PNSubscribeOperation } = PNOperationType;

describe('a status', () => {
  test('tells what is known, and is an error where there is one', () => {
    const error = failure('PN-3002', { statusCode: 403 });
    const announcement = {
      category: PNStatusCategory.PNAccessDeniedCategory,
      operation: PNSubscribeOperation,
      names: names('a @g'),
      error,
      attempt: 2,
      nextRetryAt: 17,
    };
    expect(statusOf(announcement)).toEqual({
      category: 'PNAccessDeniedCategory',
      operation: 'PNSubscribeOperation',
      isError: true,
      errorData: error,
      statusCode: 403,
      affectedChannels: ['a'],
      affectedChannelGroups: ['g'],
      attempt: 2,
      nextRetryAt: 17,
    });
    expect(makeStatus(PNStatusCategory.PNConnectedCategory, {})).toMatchObject({
      isError: false,
      errorData: undefined,
      affectedChannels: [],
      affectedChannelGroups: [],
    });
  });

  test.each([
    ['a a-pnpres @g @g-pnpres', ['a'], ['g']],
    ['a-pnpres b @g-pnpres', ['a-pnpres', 'b'], ['g-pnpres']],
  ])('of "%s" names presence only where it stands alone', (text, affectedChannels, affectedChannelGroups) => {
    const category = PNStatusCategory.PNConnectedCategory;
    const status = statusOf({ category, operation: PNSubscribeOperation, names: names(text) });
    expect(status).toMatchObject({ affectedChannels, affectedChannelGroups });
  });
});

test('a change of state has a reason, whatever caused it', () => {
  for (const happen of Object.values(EVENTS))
    expect(REASONS[happen(SITUATIONS.receiving()).type]).toMatch(/^[a-z]+/);
});
