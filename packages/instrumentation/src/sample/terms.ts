import type { Control, Phase } from '../experiment/control.js';
import { windowUnder } from '../experiment/control.js';
import type { Experiment } from '../experiment/definition.js';
import type { Sample, Window } from '../experiment/sampling.js';

/** What of an experiment may change while a process runs, as it applies to one call. */
export interface Terms {
  /** Why no call is compared, whatever it is. */
  readonly off: 'disabled' | 'covered' | 'spent' | null;
  /** Calls that start outside of it are not compared; null: it is always open. */
  readonly window: Window | null;
  /** The same object for as long as the probabilities are the same. */
  readonly sample: Sample;
}

/** An experiment's terms under what people have set and how far its run is. */
export function termsOf(experiment: Experiment, control: Control | null, phase: Phase): Terms {
  const sample = sampleUnder(experiment, control?.rate, phase);
  const enabled = control?.enabled ?? experiment.enabled;
  const nothing = [sample, ...sample.rules].every(({ rate }) => rate === 0);
  return {
    off: !enabled || nothing ? 'disabled' : phase === 'stopped' ? 'covered' : null,
    window: windowUnder(experiment.window, control),
    sample,
  };
}

/** `piMin` is the floor of every probability that is not 0: below it no call could be admitted, and coverage would suffer. */
function sampleUnder({ sample, piMin, target }: Experiment, rate: number | undefined, phase: Phase): Sample {
  const floored = (probability: number): number => (probability === 0 ? 0 : Math.max(piMin, probability));
  const set = rate === undefined ? sample : { ...sample, rate: floored(rate), rules: rate === 0 ? [] : sample.rules };
  if (phase !== 'slow' || target === null) return set;
  const slowest = floored(target.rate);
  return {
    ...set,
    rate: Math.min(set.rate, slowest),
    rules: set.rules.map((rule) => ({ ...rule, rate: Math.min(rule.rate, slowest) })),
  };
}
