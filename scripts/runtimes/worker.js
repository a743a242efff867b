// The program for workerd, which answers a request with the outcome.
import { smoke } from './smoke.js';

const worker = { fetch: async (request) => Response.json(await smoke(await request.json())) };
// biome-ignore lint/style/noDefaultExport: workers are made of it.
export default worker;
