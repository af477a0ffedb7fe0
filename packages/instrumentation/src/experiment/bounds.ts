import { z } from 'zod';
import type { Target } from './protection.js';
import type { Sample, Window } from './sampling.js';

/**
 * What of an experiment bounds its shadowing, as the service that announces a run has it. Not hashed, since it decides when calls are
 * compared and not what is; announced, since the evaluator must know whether more evidence will come.
 */
export interface Bounds {
  readonly enabled: boolean;
  /** The configured `sample.rate`. */
  readonly rate: number;
  readonly window: Window | null;
  readonly target: Target | null;
}

const probability = z.number().min(0).max(1);
const epochMs = z.number().min(0).max(8.64e15);

/** What an announcement may say of them. */
export const boundsShape: z.ZodType<Bounds> = z.object({
  enabled: z.boolean(),
  rate: probability,
  window: z.object({ from: epochMs, until: epochMs }).nullable(),
  target: z.object({ pairs: z.int().min(1), afterwards: z.enum(['slow', 'stop']), rate: probability }).nullable(),
});

/** The bounds of an experiment. */
export function boundsOf(experiment: Omit<Bounds, 'rate'> & { readonly sample: Sample }): Bounds {
  const { enabled, sample, window, target } = experiment;
  return { enabled, rate: sample.rate, window, target };
}
