const both = {
  testMatch: ['<rootDir>/test/jest/*.test.js'],
  transform: { '\\.ts$': '<rootDir>/test/jest/strip-types.js' },
  extensionsToTreatAsEsm: ['.ts'],
};

// biome-ignore lint/style/noDefaultExport: jest reads it.
export default {
  projects: [
    { ...both, displayName: 'node', testEnvironment: 'node' },
    { ...both, displayName: 'jsdom', testEnvironment: '<rootDir>/test/jest/jsdom.js' },
  ],
};
