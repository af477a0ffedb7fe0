import { z } from 'zod';
import { CREDENTIAL, HEADER_NAME } from './credential.js';
import { DEFAULTS } from './defaults.js';
import type { Sample, SampleRule, WindowInput } from './sampling.js';
import { strict } from './strict.js';

const MAX_RULES = 50;
const unit = z.number().min(0).max(1);
const label = z.string().min(1).max(256);
const instant = z.iso.datetime({ offset: true, error: 'expected a time with an offset, as 2026-11-21T00:00:00Z' });

const header = z
  .string()
  .regex(HEADER_NAME, 'expected a header name')
  .refine((name) => !CREDENTIAL.test(name), 'expected no header of a credential');

const rule: z.ZodType<SampleRule> = strict({
  model: label.optional(),
  segment: label.optional(),
  attribute: label.optional(),
  header: header.optional(),
  value: z.string().max(256).optional(),
  rate: unit,
})
  .refine(
    ({ model, segment, attribute, header: name }) => [model, segment, attribute, name].some((one) => one !== undefined),
    'expected what it is about: `model`, `segment`, `attribute` or `header`',
  )
  .refine(
    ({ attribute, header: name, value }) =>
      Number(attribute !== undefined) + Number(name !== undefined) === Number(value !== undefined),
    'expected a `value` beside either `attribute` or `header`',
  ) as z.ZodType<SampleRule>;

const defaults = DEFAULTS.experiment.sample;

/** The shape of `sample`. */
export const sampleShape: z.ZodType<Sample> = strict({
  rate: unit.default(defaults.rate),
  by: z.enum(['trace', 'key']).default(defaults.by),
  key: label.nullable().default(defaults.key),
  rules: z.array(rule).max(MAX_RULES).default([]),
  oncePerCluster: z.boolean().default(defaults.oncePerCluster),
  perSecond: z.number().positive().max(1e6).nullable().default(defaults.perSecond),
}).prefault({});

/** The shape of `window`. */
export const windowShape: z.ZodType<WindowInput> = strict({
  from: instant,
  days: z.number().positive().max(3660).optional(),
  until: instant.optional(),
  maxDays: z.number().positive().max(3660).optional(),
}) as z.ZodType<WindowInput>;
