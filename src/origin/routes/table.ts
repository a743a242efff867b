import { heartbeat } from './heartbeat.ts';
import { leave } from './leave.ts';
import { publish, publishPost } from './publish.ts';
import type { Route } from './route.ts';
import { signal } from './signal.ts';
import { subscribe } from './subscribe.ts';
import { time } from './time.ts';

/** Every operation that the origin serves. */
export const ROUTES: readonly Route[] = [time, publish, publishPost, signal, subscribe, heartbeat, leave];
