export type { ServedOrigin } from './node/exchange.ts';
export type { ServeLimits } from './node/limits.ts';
export { type OriginServer, type ServeOptions, serve } from './node/serve.ts';
