import { describe, expect, test } from 'vitest';
import { beatStatus, makeStatus, stateEvent, statusOf } from '../../../src/client/subscribe/statuses.ts';
import { PNOperationType, PNStatusCategory } from '../../../src/protocol/status.ts';
import { failure, names } from '../../support/loop-machine.ts';
import { EVENTS, SITUATIONS } from '../../support/loop-phases.ts';

const { PNSubscribeOperation, PNHeartbeatOperation } = PNOperationType;

describe('a status', () => {
  test('tells what is known, and is an error where there is one', () => {
    const error = failure('PN-3002', { statusCode: 403 });
    const announcement = {
      category: PNStatusCategory.PNAccessDeniedCategory,
      operation: PNSubscribeOperation,
      mix: names('a @g'),
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
    const status = statusOf({ category, operation: PNSubscribeOperation, mix: names(text) });
    expect(status).toMatchObject({ affectedChannels, affectedChannelGroups });
  });

  test('of a heartbeat is an acknowledgement or its failure', () => {
    expect(beatStatus(names('a'), undefined)).toMatchObject({
      category: 'PNAcknowledgmentCategory',
      operation: PNHeartbeatOperation,
      isError: false,
    });
    expect(beatStatus(names('a'), failure('PN-3006'))).toMatchObject({
      category: 'PNServerErrorCategory',
      isError: true,
    });
  });
});

test('a change of state has a reason, whatever caused it', () => {
  for (const happen of Object.values(EVENTS)) {
    const cause = happen(SITUATIONS.receiving());
    const { reason, error } = stateEvent({ state: 'stopped', previous: 'connected', cause });
    expect(reason).toMatch(/^[a-z]+/);
    expect(error === undefined).toBe(cause.type !== 'pollFailed');
  }
});
