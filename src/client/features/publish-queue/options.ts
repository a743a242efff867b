import { WAIT_OPTIONS } from '../../builder/check-options.ts';
import {
  checkAmount,
  checkBoolean,
  checkFunction,
  must,
  optional,
  optionalJson,
} from '../../builder/params.ts';
import type { OptionTable } from '../../builder/read-options.ts';
import { MESSAGE } from '../message.ts';
import type { PublishQueueOptions, QueuedOptions } from './types.ts';

const amount = optional(checkAmount);

/** The options of a queue. */
export const QUEUE_OPTIONS: OptionTable<PublishQueueOptions> = Object.freeze({
  ordered: optional(checkBoolean),
  maxPerSecond: optional(must('be a number above 0', (value) => typeof value === 'number' && value > 0)),
  maxQueued: amount,
  maxQueuedBytes: amount,
  persistTo: optional(
    must('have the methods put(), delete() and entries()', (value) =>
      ['put', 'delete', 'entries'].every((name) => typeof Object(value)[name] === 'function'),
    ),
  ),
  onError: optional(checkFunction),
});

/** The options of a message in a queue. */
export const MESSAGE_OPTIONS: OptionTable<QueuedOptions> = Object.freeze({
  id: MESSAGE.id,
  meta: optionalJson,
  signal: WAIT_OPTIONS.signal,
});
