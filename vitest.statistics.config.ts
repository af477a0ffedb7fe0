import { defineConfig } from 'vitest/config';
import { RulesReporter } from './test/simulation/rules-reporter.ts';

/** The statistics of the verdict: constants, laws and simulations. No server, and under five minutes on two cores. */
export default defineConfig({
  test: {
    include: ['test/simulation/**/*.test.ts', 'packages/evaluator/src/{stats,tally,decide}/**/*.test.ts'],
    testTimeout: 120_000,
    reporters: ['default', new RulesReporter()],
  },
});
