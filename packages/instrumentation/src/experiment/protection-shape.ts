import { z } from 'zod';
import { DEFAULTS } from './defaults.js';
import type { Budget, ControlSettings, GovernorSettings, Target } from './protection.js';
import { strict } from './strict.js';

const usdPerMillionTokens = z.number().min(0).max(1e6);
const share = z.number().gt(0).lt(1);
const { governor, control } = DEFAULTS.experiment;

/** The shape of `budget`. */
export const budgetShape: z.ZodType<Budget> = strict({
  usd: z.number().positive().max(1e6),
  prices: z
    .record(z.string().min(1).max(256), strict({ input: usdPerMillionTokens, output: usdPerMillionTokens }))
    .default({}),
  maxOutputTokens: z.int().min(1).max(1e6).default(DEFAULTS.budget.maxOutputTokens),
  pace: z.boolean().default(DEFAULTS.budget.pace),
});

/** The shape of `target`. */
export const targetShape: z.ZodType<Target> = strict({
  pairs: z.int().min(1).max(1e9),

  afterwards: z.enum(['slow', 'stop']).default(DEFAULTS.target.afterwards),
  rate: share.default(DEFAULTS.target.rate),
});

/** The shape of `governor`. */
export const governorShape: z.ZodType<GovernorSettings> = strict({
  pauseMs: z.union([z.literal(0), z.int().min(1000).max(3_600_000)]).default(governor.pauseMs),
  headroom: share.default(governor.headroom),
  eventLoopMs: z.number().min(10).max(10_000).default(governor.eventLoopMs),
  eventLoopShare: z.number().min(0.1).max(1).default(governor.eventLoopShare),
  heapShare: share.default(governor.heapShare),
}).prefault({});

/** The shape of `control`. */
export const controlShape: z.ZodType<ControlSettings> = strict({
  offAfterMs: z.int().min(5000).max(86_400_000).default(control.offAfterMs),
}).prefault({});
