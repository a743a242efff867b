export type { ServeLimits } from './node/limits.ts';
export type { ServedOrigin } from './node/listener.ts';
export { type OriginServer, type ServeOptions, serve } from './node/serve.ts';
