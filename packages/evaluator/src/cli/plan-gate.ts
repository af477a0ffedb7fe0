import { DEFAULTS, type Gates } from '@understudy/instrumentation/experiment';
import { NOISE_GATES } from '../decide/describe.js';
import { ConfigurationError } from '../errors.js';

/** What `--gate` may be. */
export const PLANNED_GATES = [
  'errors',
  'timeouts',
  'refusals',
  'validity',
  'agreement',
  'similarity',
  'win_rate',
  'latency_p50',
  'latency_p95',
  'latency_p99',
  'first_chunk_p50',
  'first_chunk_p95',
  'first_chunk_p99',
  'cost',
  'tokens',
] as const;
export type PlannedName = (typeof PLANNED_GATES)[number];

interface Described {
  readonly margin?: number | undefined;
  readonly ratio?: number | undefined;
}

/** Its pairs are those with an A/A leg. */
export function isBesideNoise(name: PlannedName): boolean {
  return NOISE_GATES.has(name);
}

/**
 * One gate, by the flags that are its own. What calls take is given as a share of B, so that any B will do.
 *
 * @throws ConfigurationError for a flag of another gate
 */
export function gateOfFlags(name: PlannedName, { margin, ratio }: Described): Gates {
  const wantMargin = (by: number): number => {
    if (ratio !== undefined) throw usage(`--ratio: expected --margin for ${name}`);
    return margin ?? by;
  };
  const wantRatio = (by: number, above: number): number => {
    if (margin !== undefined) throw usage(`--margin: expected --ratio for ${name}`);
    if (ratio !== undefined && ratio <= above)
      throw usage(`--ratio: expected more than ${above} for ${name}, got ${ratio}`);
    return ratio ?? by;
  };
  switch (name) {
    case 'errors':
    case 'timeouts':
    case 'refusals':
    case 'validity':
    case 'win_rate':
      return { [name]: { margin: wantMargin(DEFAULTS.gates[name].margin) } };
    case 'agreement':
    case 'similarity':
      return { [name]: { ...DEFAULTS.gates[name], margin: wantMargin(DEFAULTS.gates[name].margin) } };
    case 'cost':
    case 'tokens':
      return { [name]: { ratio: wantRatio(DEFAULTS.gates.spending.ratio, 0), mostPerCall: 1 } };
    default:
      return { [name]: { ratio: wantRatio(DEFAULTS.gates.latency.ratio, 1) } };
  }
}

function usage(issue: string): ConfigurationError {
  return new ConfigurationError('plan', [issue]);
}
