import { ACCESS_SCHEMA } from './access.ts';
import { ACTIONS_SCHEMA } from './actions.ts';
import { ANNOUNCEMENTS_SCHEMA } from './announcements.ts';
import { BLOBS_SCHEMA } from './blobs.ts';
import { FILES_SCHEMA } from './files.ts';
import { GROUPS_SCHEMA } from './groups.ts';
import { HISTORY_SCHEMA } from './history.ts';
import { INCOMING_SCHEMA } from './incoming.ts';
import { INTERVALS_SCHEMA } from './intervals.ts';
import { LEASE_ROOM_SCHEMA } from './lease-room.ts';
import { LEASES_SCHEMA } from './leases.ts';
import { LOG_SCHEMA } from './log.ts';
import { OBJECT_RANGES_SCHEMA } from './object-ranges.ts';
import { OBJECTS_SCHEMA } from './objects.ts';
import { PUBLISH_IDS_SCHEMA } from './publish-ids.ts';
import { PUSH_SCHEMA } from './push.ts';
import { STATE_SCHEMA } from './shard-state.ts';

const SHARDS_SCHEMA = `
CREATE TABLE shards (
  id INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE meta (
  name TEXT PRIMARY KEY,
  value ANY NOT NULL
) STRICT, WITHOUT ROWID;
`;

/** The tables of a new file: those of version 1. */
export const SCHEMA = [
  SHARDS_SCHEMA,
  STATE_SCHEMA,
  LOG_SCHEMA,
  PUBLISH_IDS_SCHEMA,
  HISTORY_SCHEMA,
  LEASES_SCHEMA,
  LEASE_ROOM_SCHEMA,
  INTERVALS_SCHEMA,
  GROUPS_SCHEMA,
  ACCESS_SCHEMA,
  ACTIONS_SCHEMA,
  OBJECTS_SCHEMA,
  OBJECT_RANGES_SCHEMA,
  PUSH_SCHEMA,
  ANNOUNCEMENTS_SCHEMA,
  FILES_SCHEMA,
  INCOMING_SCHEMA,
  BLOBS_SCHEMA,
].join('');
