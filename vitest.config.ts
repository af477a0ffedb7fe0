import { defineConfig } from 'vitest/config';
import { NotTriedReporter } from './test/servers/not-tried.ts';

/** Set by CI: where to leave the results as JSON. */
const report = process.env['UNDERSTUDY_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'tools/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    reporters: [
      'default',
      ...(report === undefined ? [] : [['json', { outputFile: report }] as ['json', { outputFile: string }]]),
      new NotTriedReporter(),
    ],
  },
});
