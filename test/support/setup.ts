// Nothing may go wrong unseen: vitest already fails on unhandled rejections, this adds process warnings.
process.on('warning', (warning) => {
  throw new Error(`Process warning during the tests: ${warning.name}: ${warning.message}`);
});
