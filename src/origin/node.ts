export type { ServeLimits } from './node/limits.ts';
export type { ServedAnswer, ServedOrigin } from './node/listener.ts';
export { type OriginServer, type ServeOptions, serve } from './node/serve.ts';
