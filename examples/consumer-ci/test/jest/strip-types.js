import { stripTypeScriptTypes } from 'node:module';

// Takes the types out, as Node does when it runs a file of TypeScript.
// biome-ignore lint/style/noDefaultExport: jest reads it.
export default { process: (source) => ({ code: stripTypeScriptTypes(source) }) };
