import { defineFeature } from '../../feature.ts';
import { causeOf } from './causes.ts';
import { equivalentOf } from './equivalents.ts';
import { inspectListener } from './misspelt.ts';
import { problemOf } from './problem.ts';
import { reminderOf } from './reminder.ts';

/** Help while a program is written: likely causes, names that other clients have, and reminders in the log. */
export const hints = defineFeature({
  name: 'hints',
  hints: {
    ...{ cause: causeOf, instead: equivalentOf, listener: inspectListener },
    ...{ problem: problemOf, reminder: reminderOf },
  },
});
