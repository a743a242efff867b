import { ACCESS } from './access.ts';
import { ACTIONS } from './actions.ts';
import { APPEND } from './append.ts';
import { COMMON } from './common.ts';
import { FILES } from './files.ts';
import { FRAME, RUN } from './frame.ts';
import { GROUPS } from './groups.ts';
import { HISTORY } from './history.ts';
import { LOG } from './log.ts';
import { OBJECTS } from './objects.ts';
import { PRESENCE } from './presence.ts';
import { PUBLISH_IDS } from './publish-ids.ts';
import { PUSH } from './push.ts';

/** The operations of each part, by the beginning of their names: `groups.change` is in `groups`. */
const PARTS: Readonly<Record<string, string>> = {
  log: LOG,
  presence: PRESENCE,
  groups: GROUPS,
  access: ACCESS,
  actions: ACTIONS,
  objects: OBJECTS,
  push: PUSH,
  files: FILES,
  history: HISTORY,
};

/** The script that every call runs. */
export const LIBRARY = [
  FRAME,
  COMMON,
  PUBLISH_IDS,
  APPEND,
  ...Object.entries(PARTS).map(([name, text]) => `part['${name}'] = function()\n${text}\nend\n`),
  RUN,
].join('');
