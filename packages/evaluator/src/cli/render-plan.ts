import { money, points, RATE_GATES } from '../decide/describe.js';
import { SPENDING_GATES } from '../decide/spending.js';
import type { GatePlan, Plan } from '../plan/plan.js';
import type { Proposal } from '../plan/proposals.js';
import { printableLine } from './foreign-text.js';
import { count, type Style, table } from './style.js';

/** A plan for a person: a row a gate, what sets the pace, what it rests on, and what a gate on cost needs to be told. */
export function renderPlan(
  of: string,
  plan: Plan,
  style: Style,
  proposals: readonly Proposal[] | null = [],
): readonly string[] {
  const heading = ['gate', 'allowed', 'if', 'pairs', 'on average', 'days', 'USD'];
  const [first = '', ...rest] = table([heading, ...plan.gates.map(row)], [0, 1, 2]);
  return [
    style.bold(printableLine(of)),
    style.dim(first),
    ...rest,
    '',
    sentence(plan),
    ...(proposals === null ? [UNSEEN] : proposals.map(proposal)),
    ...notes(plan).map(style.dim),
  ];
}

function row(gate: GatePlan): readonly string[] {
  const { needed } = gate;
  const basis = gate.measured ? `${gate.basis} (measured)` : gate.basis;
  if (needed === null) return [gate.gate, allowed(gate), basis, 'never', '-', '-', '-'];
  return [
    gate.gate,
    allowed(gate),
    basis,
    count(needed.pairs),
    count(needed.meanPairs),
    needed.days === null ? '-' : days(needed.days),
    needed.usd === null ? '-' : dollars(needed.usd),
  ];
}

function allowed({ gate, margin }: GatePlan): string {
  if (/^(latency|first_chunk)/.test(gate) || SPENDING_GATES.has(gate)) return `x${margin}`;
  if (RATE_GATES.has(gate)) return `+${points(margin)}`;
  return `-${points(margin)}`;
}

function sentence({ gates, needed, remaining, slowest, have }: Plan): string {
  if (needed === null || remaining === null) {
    const never = gates.filter((gate) => gate.needed === null).map(({ gate }) => gate);
    return `No number of pairs is enough at these rates: ${never.join(', ')}.`;
  }
  const pace = slowest === null ? 'the policy asks for so many' : `${slowest} sets the pace`;
  const costs = [
    remaining.days === null ? [] : [`${days(remaining.days)} days`],
    remaining.usd === null ? [] : [dollars(remaining.usd)],
  ].flat();
  const paid = costs.length === 0 ? '' : `: ${costs.join(', ')}`;
  if (have === 0) return `${count(needed.pairs)} pairs${paid}; ${pace}.`;
  return `${count(needed.pairs)} pairs, of which there are ${count(have)}: ${count(remaining.pairs)} more${paid}; ${pace}.`;
}

const UNSEEN =
  'Cost is shown and not gated: once there are pairs, this proposes how much one call may cost (`cost.mostPerCall`).';

/** Cost first needs to be seen: B cannot be guessed. */
function proposal({ gate, ratio, mostPerCall, largest, because, pairs }: Proposal): string {
  const setting = `${gate}: { ratio: ${ratio}, mostPerCall: ${mostPerCall} }`;
  const why = `twice the largest call seen, ${money(gate, largest)}`;
  const takes =
    pairs === null
      ? 'at what was seen it would not be passed'
      : `at what was seen it takes about ${count(pairs)} pairs`;
  if (because === 'over')
    return `Shadows took more than ${gate}.mostPerCall allows. \`${setting}\` (${why}) holds them: ${takes}.`;
  return `${gate === 'cost' ? 'Cost is' : 'Tokens are'} shown and not gated. \`${setting}\` (${why}) gates ${gate === 'cost' ? 'it' : 'them'}: ${takes}.`;
}

function notes({ power, level, gates }: Plan): readonly string[] {
  const assumed = gates.some(({ measured }) => !measured);
  const slow = gates.some(
    ({ gate, margin, rates }) =>
      gate === 'errors' && margin < 0.02 && 'win' in rates && rates.win + rates.loss > 2 * 0.03 * 0.97,
  );
  return [
    `For a candidate as good as the incumbent, pair by pair: with so many pairs each gate is passed with a probability of ${Number((100 * power).toFixed(1))} %, at level ${Number(level.toPrecision(3))}.`,
    ...(assumed
      ? [
          'What is not measured is assumed: say what you know by --base-rate, --ties, --sigma, --sensitivity, --typical.',
        ]
      : []),
    ...(slow ? ['Above a base rate of 3 %, an errors margin of 0.02 takes about a quarter of the pairs.'] : []),
    ...(gates.some(({ gate }) => gate === 'win_rate')
      ? [
          "The win rate is the judge's word alone (go_provisional). For a go by people's labels of a tenth, simulated at level 0.05 and a margin of 5 points: 3,120 judged pairs with a judge that is right in 90 %, 4,550 in 70 %.",
        ]
      : []),
  ];
}

function days(value: number): string {
  return value >= 100 ? count(value) : String(Number(value.toPrecision(2)));
}

function dollars(value: number): string {
  return value >= 100 ? `$${count(value)}` : `$${value.toFixed(2)}`;
}
