import { DEFAULTS } from '@understudy/instrumentation/experiment';
import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { Standing } from '../decide/standing.js';
import { countOf, type Counters } from '../tally/counters.js';
import { largestOf } from '../tally/shown.js';
import { spendingBoundary } from '../tally/spending.js';
import { firstPassage } from './first-passage.js';
import { spendingMoments } from './planned-gate.js';

/** A most that one call may take, by what calls have taken. JSON. */
export interface Proposal {
  readonly gate: 'cost' | 'tokens';
  readonly ratio: number;
  /** US dollars or tokens: `mostPerCall`. */
  readonly mostPerCall: number;
  /** The dearest call of either side that was seen, to within a fifth above it. */
  readonly largest: number;
  /** Why: the policy has no such gate yet, or shadows took more than it allows. */
  readonly because: 'absent' | 'over';
  /** Pairs such a gate would take, at the means that were seen and a spread as large; null: at these means it would not be passed. */
  readonly pairs: number | null;
}

/** Calls below which their largest says little of those to come. */
const ENOUGH = 100;
/** Room for dearer calls than were seen: one above B holds the verdict, and the pairs needed rise with B in proportion. */
const ROOM = 2;

/** What each gate on what calls take needs and a policy cannot know: B. Only where calls were seen, and the gate lacks it or was wrong about it. */
export function proposalsOf(
  { run, verdict, state }: Standing,
  options: { readonly level: number; readonly power: number },
): readonly Proposal[] {
  const counters: Counters = state.observed[SEGMENT_ALL]?.counters ?? new Map();
  return (['cost', 'tokens'] as const).flatMap((gate) => {
    const settings = run.definition.policy.gates[gate];
    const over = verdict.gates.some((one) => one.gate === gate && (one.over ?? 0) > 0);
    const means =
      gate === 'cost' ? meansOf(counters, ['paid_cost']) : meansOf(counters, ['input_tokens', 'output_tokens']);
    const largest = largestOf(counters, gate);
    if ((settings !== undefined && !over) || means === null || largest === null || means.primary === 0) return [];
    const unit = gate === 'cost' ? 1e9 : 1;
    const ratio = settings?.ratio ?? DEFAULTS.gates.spending.ratio;
    const most = ROOM * largest;
    const rates = spendingMoments(ratio, { mean: means.primary / most, candidate: means.shadow / means.primary });
    const passage = firstPassage(rates, { m: spendingBoundary({ ratio }), ...options });
    return [
      {
        gate,
        ratio,
        mostPerCall: roundedUp(most / unit),
        largest: largest / unit,
        because: settings === undefined ? 'absent' : 'over',
        pairs: passage?.quantile ?? null,
      } as const,
    ];
  });
}

/** Over the pairs of which both sides are known. */
function meansOf(
  counters: Counters,
  names: readonly string[],
): { readonly primary: number; readonly shadow: number } | null {
  const pairs = Math.min(...names.map((name) => countOf(counters, `amount ${name} both`)));
  if (pairs < ENOUGH) return null;
  const mean = (side: string): number =>
    names.reduce((sum, name) => sum + countOf(counters, `amount ${name} both ${side}`), 0) / pairs;
  return { primary: mean('primary'), shadow: mean('shadow') };
}

/** To two figures. */
function roundedUp(value: number): number {
  const figure = 10 ** (Math.floor(Math.log10(value)) - 1);
  return Number((Math.ceil(value / figure - 1e-9) * figure).toPrecision(2));
}
