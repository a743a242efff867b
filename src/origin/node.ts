export { type OriginServer, type ServeOptions, serve } from './node/serve.ts';
