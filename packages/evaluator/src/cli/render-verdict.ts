import { DEFAULTS, type Gates } from '@understudy/instrumentation/experiment';
import { besideLevel, money, NOISE_GATES, points, RATE_GATES } from '../decide/describe.js';
import { eValue } from '../decide/e-value-text.js';
import { SPENDING_GATES } from '../decide/spending.js';
import type { Standing } from '../decide/standing.js';
import type { GateVerdict, State, Verdict } from '../decide/verdict.js';
import { printableLine } from './foreign-text.js';
import { renderSegments } from './render-segments.js';
import { driftJson, renderDrift, renderShown, shownJson } from './render-shown.js';
import { count, percent, type Style, table } from './style.js';

/** A verdict for a person: the sentence, the other reasons to hold, and the gates with the numbers that decide. */
export function renderVerdict(standing: Standing, style: Style): readonly string[] {
  const { run, arm, verdict, expired, spent, state, labelNames, days } = standing;
  const shown = [...renderShown(state, labelNames), ...renderDrift(days)];
  return [
    `${style.bold(printableLine(run.experiment))}  candidate ${style.bold(arm)}  ${style.dim(`run ${run.id}, number ${run.k} of its experiment`)}`,
    '',
    renderSentence(verdict, style),
    ...verdict.holds
      .filter(({ sentence }) => !verdict.sentence.includes(sentence))
      .map((hold) => `  also: ${printableLine(hold.sentence)}`),
    ...renderSetup(verdict).map((line) => `  ${line}`),
    ...renderSegments(standing).map((line) => `  ${line}`),
    ...(expired ? [`  the ${spent ? 'budget is used up' : 'window is over'}: no more pairs will come`] : []),
    '',
    ...renderGates(verdict, style, run.definition.policy.gates),
    ...(shown.length === 0 ? [] : ['', ...shown]),
  ];
}

/** The sentence, in the colour of its state. */
export function renderSentence({ state, sentence }: Verdict, style: Style): string {
  return markOf(state, style)(printableLine(sentence));
}

/** What is set up wrong, with what ends it. */
export function renderSetup({ setup, sentence }: Pick<Verdict, 'setup' | 'sentence'>): readonly string[] {
  return setup.map(({ cause, found, fix }) => {
    const what = sentence.includes(found) ? cause : `${cause}: ${printableLine(found)}`;
    return `set up wrong: ${what}. Fix: ${fix}`;
  });
}

/** The mark of a state. */
export function markOf(state: State, style: Style): (text: string) => string {
  switch (state) {
    case 'go':
      return style.good;
    case 'no_go':
    case 'invalid':
      return style.bad;
    case 'hold':
    case 'go_provisional':
      return style.doubtful;
  }
}

/** One row a gate and stream: what was seen, what is allowed, and the e-values beside what they must reach. */
export function renderGates(verdict: Verdict, style: Style, policy: Gates): readonly string[] {
  const [first = '', ...rest] = table([GATE_HEADING, ...gateRows(verdict, policy)], [0, 1, 2]);
  return [style.dim(first), ...rest, style.dim(renderBar(verdict.level))];
}

/** What the columns of {@link gateRows} are. */
export const GATE_HEADING: readonly string[] = [
  'gate',
  'segment',
  'state',
  'pairs',
  'candidate',
  'incumbent',
  'allowed',
  'E(safe)',
  'E(harm)',
];

/** A row a gate and stream that decide, then the worst gate of each other segment that does worse. */
export function gateRows({ gates, badSegments }: Verdict, policy: Gates): readonly (readonly string[])[] {
  return [
    ...gates.map((gate) => gateCells(gate, policy)),
    ...badSegments.map(({ gate }) => gateCells({ ...gate, state: 'harm' }, policy)),
  ];
}

/** What the e-values are to be read against. */
export function renderBar(level: number): string {
  return `A gate is passed at E(safe) >= ${eValue(-Math.log(level))}: level ${Number(level.toPrecision(3))}.`;
}

/** The cells of one gate: names first, then numbers. */
function gateCells(gate: GateVerdict, policy: Gates): readonly string[] {
  const noIncumbent = gate.floor !== undefined;
  const pairs = gate.missing > 0 ? `${count(gate.pairs)} (${count(gate.missing)} missing)` : count(gate.pairs);
  return [
    nameOf(gate, policy),
    gate.stream === '_all' ? 'all' : printableLine(gate.stream),
    gate.state,
    pairs,
    `${level(gate, gate.candidate)}${besideLevel(gate)}`,
    noIncumbent ? '-' : level(gate, gate.reference),
    allowed(gate),
    eValue(gate.safeLogE),
    eValue(gate.harmLogE),
  ];
}

/** What compares is named where it is not the gate's default. */
function nameOf({ gate }: GateVerdict, policy: Gates): string {
  if (gate !== 'agreement' && gate !== 'similarity') return gate;
  const scorer = policy[gate]?.scorer ?? DEFAULTS.gates[gate].scorer;
  return scorer === DEFAULTS.gates[gate].scorer ? gate : `${gate} (${scorer})`;
}

const isNoise = ({ gate }: GateVerdict): boolean => NOISE_GATES.has(gate);

function level(gate: GateVerdict, value: number | null): string {
  if (value === null) return '-';
  if (SPENDING_GATES.has(gate.gate)) return money(gate.gate, value);
  return isNoise(gate) ? value.toFixed(3) : percent(value);
}

function allowed(gate: GateVerdict): string {
  if (RATE_GATES.has(gate.gate)) return `+${points(gate.margin)}`;
  if (gate.gate === 'validity') return `-${points(gate.margin)}`;
  if (gate.floor !== undefined) return `>= ${Number((gate.floor - gate.margin).toFixed(3))}`;
  if (isNoise(gate)) return `-${gate.margin}`;
  if (gate.gate === 'win_rate') return `>= ${percent(0.5 - gate.margin)}`;
  return gate.thresholdMs === null ? `x${gate.margin}` : `x${gate.margin} of ${count(gate.thresholdMs)} ms`;
}

/** A verdict as JSON: what programs read. */
export function verdictJson(standing: Standing): Readonly<Record<string, unknown>> {
  const { run, arm, current, verdict, expired, state, labelNames, days } = standing;
  const shown = { shown: shownJson(state, labelNames), drift: driftJson(days) };
  return { experiment: run.experiment, run: run.id, k: run.k, arm, current, expired, ...verdict, ...shown };
}
