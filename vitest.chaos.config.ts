import { defineConfig } from 'vitest/config';
import { NotTriedReporter } from './test/servers/not-tried.ts';

/** Set by CI: where to leave the results as JSON. */
const report = process.env['UNDERSTUDY_TEST_REPORT'];

/** One file after the other: each loads the machine on purpose, and some measure. */
export default defineConfig({
  test: {
    include: ['test/chaos/**/*.chaos.ts'],
    fileParallelism: false,
    testTimeout: 1_800_000,
    hookTimeout: 120_000,
    reporters: [
      'default',
      ...(report === undefined ? [] : [['json', { outputFile: report }] as ['json', { outputFile: string }]]),
      new NotTriedReporter(),
    ],
  },
});
