export type { ServedMetrics, ServerGauges } from './metrics/observer.ts';
export type { CloseOptions } from './node/closing.ts';
export type { ServedOrigin } from './node/exchange.ts';
export type { ServeLimits } from './node/limits.ts';
export { type OriginServer, type ServeOptions, serve } from './node/serve.ts';
export type { TlsOptions } from './node/tls.ts';
