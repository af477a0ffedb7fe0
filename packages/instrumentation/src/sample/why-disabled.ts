import type { Experiment } from '../experiment/definition.js';
import { misconfigured } from '../misconfigured.js';
import { secondOf } from '../second.js';
import type { Terms } from './terms.js';

/** Notes of a call that is not compared whether somebody may have meant it to be. Who switches off does so on purpose. */
export function noteDisabled(experiment: Experiment, { off, window }: Terms, startedAt: number): void {
  const { name, enabled, sample } = experiment;
  if (off === null) {
    if (window === null || startedAt < window.until) return;
    misconfigured('window_over', {
      experiment: name,
      found: () => `the window of ${name} ended ${secondOf(window.until)}: no call is compared`,
    });
    return;
  }
  if (off === 'disabled' && enabled && [sample, ...sample.rules].every(({ rate }) => rate === 0))
    misconfigured('rate_zero', { experiment: name, found: () => `${name} has a rate of 0: no call is compared` });
}
