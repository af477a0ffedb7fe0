import { defineConfig } from 'vitest/config';

/** Set by CI: where to leave the results as JSON. */
const report = process.env['UNDERSTUDY_TEST_REPORT'];

/** Against the real servers: one world for all files, one file after the other. */
export default defineConfig({
  test: {
    include: ['test/backends/**/*.backends.ts'],
    globalSetup: ['test/backends/setup.ts'],
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: [
      'default',
      ...(report === undefined ? [] : [['json', { outputFile: report }] as ['json', { outputFile: string }]]),
    ],
  },
});
