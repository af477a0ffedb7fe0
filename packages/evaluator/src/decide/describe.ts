import { LEAST_SENSITIVITY } from '../stats/judge-boundary.js';
import type { GateName } from '../tally/gate-settings.js';
import type { GateVerdict, WinRateShown } from './verdict.js';

/** One gate in words with its numbers, such as `errors 1.2 % against 1.0 % (at most 1 point more)`. */
export function describeGate(gate: GateVerdict): string {
  const name = gate.stream === '_all' ? gate.gate : `${gate.gate} in ${gate.stream}`;
  switch (gate.state) {
    case 'judge_insensitive':
      return `${name} is not decided: ${blindness(gate)}`;
    case 'waiting':
      if (gate.winRate !== undefined) return `${name} waits for ${awaited(gate.winRate)}`;
      return `${name} has no threshold yet`;
    case 'empty':
      return `${name} has no pairs${since(gate)}${gate.missing > 0 ? ` (${count(gate.missing)} missing)` : ''}`;
    case 'insensitive':
      return `${name} cannot tell answers apart (the incumbent agrees with itself only ${score(gate.reference)})`;
    case 'safe':
    case 'provisional':
    case 'harm':
    case 'open':
      return `${name} ${numbers(gate)}`;
  }
}

/** What is measured against the incumbent's agreement with itself. */
export const NOISE_GATES: ReadonlySet<GateName> = new Set([
  'agreement',
  'similarity',
  'length',
  'language',
  'structure',
]);

/** Shares of calls in which something bad happened: at most so many points more. */
export const RATE_GATES: ReadonlySet<GateName> = new Set(['errors', 'timeouts', 'refusals']);

/** Shares of answers, in which a call without one is counted as a bad one. */
export const ANSWER_GATES: ReadonlySet<GateName> = new Set(['refusals', 'validity']);

/** What stands beside the candidate's level in a table: who failed has refused nothing, and a call beyond B is counted as B. */
export function besideLevel({ gate, failed = 0, over = 0, mostPerCall = 0 }: GateVerdict): string {
  if (failed > 0) return ` (${count(failed)} failed)`;
  return over > 0 ? ` (over ${money(gate, mostPerCall)}: ${count(over)})` : '';
}

/** What a call takes: `$0.0031`, or so many tokens. */
export function money(gate: GateName, value: number | null): string {
  if (value === null) return 'unknown';
  return gate === 'tokens' ? count(value) : `$${Number(value.toPrecision(3))}`;
}

/** How many gates are described in one sentence before the rest is only counted. */
const MOST_NAMED = 4;

/** Several gates in words. */
export function describeGates(gates: readonly GateVerdict[]): string {
  const named = gates.slice(0, MOST_NAMED).map(describeGate);
  const rest = gates.length - named.length;
  return [...named, ...(rest > 0 ? [`${rest} more`] : [])].join(', ');
}

/** `errors`, `errors and latency_p95`, `errors, similarity and 2 more`. */
export function names(gates: readonly GateVerdict[]): string {
  const all = gates.map(({ gate, stream }) => (stream === '_all' ? gate : `${gate} in ${stream}`));
  const kept = all.length > MOST_NAMED ? [...all.slice(0, MOST_NAMED - 1), `${all.length - MOST_NAMED + 1} more`] : all;
  return kept.length < 2 ? kept.join('') : `${kept.slice(0, -1).join(', ')} and ${kept.at(-1)}`;
}

/** A count with separators: 12,345. */
export function count(value: number): string {
  return String(Math.round(value)).replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

function numbers(one: GateVerdict): string {
  const { gate, candidate, reference, margin, thresholdMs, pairs, missing, state, floor, winRate } = one;
  const lost = missing > 0 ? `, ${count(missing)} of ${count(pairs)} missing` : '';
  if (RATE_GATES.has(gate)) {
    return `${percent(candidate)} against ${percent(reference)}${failures(one)} (at most ${points(margin)} more${lost})`;
  }
  if (gate === 'validity') {
    return `${percent(candidate)} against ${percent(reference)}${failures(one)} (at most ${points(margin)} less${lost})`;
  }
  if (floor !== undefined) return `${score(candidate)} (at least ${score(floor - margin)} needed${lost})`;
  if (NOISE_GATES.has(gate)) {
    return `${score(candidate)} against the incumbent's ${score(reference)} with itself (at most ${margin} less${lost})`;
  }
  if (winRate !== undefined) {
    const alone = state === 'provisional' || winRate.labels === null ? ' by the word of the judge alone' : '';
    return `${percent(candidate)}${alone} (at least ${percent(0.5 - margin)} needed${lost}${labelled(winRate)})`;
  }
  if (gate === 'cost' || gate === 'tokens') {
    const ratio =
      candidate !== null && reference !== null && reference > 0 ? `x${(candidate / reference).toFixed(2)}, ` : '';
    return `${money(gate, candidate)} a call against ${money(gate, reference)} (${ratio}at most x${margin}${lost})`;
  }
  const bound = thresholdMs ?? 0;
  const slow = `${percent(candidate)} over ${milliseconds(bound * margin)}`;
  return `${slow} against ${percent(reference)} over ${milliseconds(bound)} (at most as many${lost})`;
}

/** Who only failed has refused nothing. */
function failures({ failed = 0 }: GateVerdict): string {
  return failed === 0 ? '' : `, ${count(failed)} failed ${failed === 1 ? 'call' : 'calls'} included`;
}

function labelled({ labels }: WinRateShown): string {
  if (labels === null) return '; nobody is asked for labels';
  return `; ${count(labels.answered)} of ${count(labels.offered)} offered pairs labelled`;
}

function awaited({ sensitivity, waitsFor, awaits, labels, unproven }: WinRateShown): string {
  if (awaits !== undefined) return awaits;
  if (sensitivity === null) {
    return `what canaries say of the judge${waitsFor === null ? '' : `, whose trial waits for ${waitsFor}`}`;
  }
  if (labels !== null) return 'labels: run `understudy label`';
  return `${count(unproven)} more ${unproven === 1 ? 'canary' : 'canaries'} beside its pairs (\`judge.canaries.rate\`)`;
}

/** Why a judge is unfit, and by how much where that is J. `detection`: of its canaries, in [0,1]. */
export function unfitInWords(unfit: string, sensitivity: number | null, detection: number | null = null): string {
  if (sensitivity === null) return unfit;
  const seen = detection === null ? '' : `; detection ${(100 * detection).toFixed(0)} %`;
  const much = `J = ${score(sensitivity)}, at least ${LEAST_SENSITIVITY} needed${seen}`;
  return unfit === 'insensitive'
    ? `insensitive: ${much}`
    : unfit.replace(/(?<=^|, )insensitive(?=$|, )/, `insensitive (${much})`);
}

function blindness({ winRate }: GateVerdict): string {
  const { unfit = null, sensitivity = null } = winRate ?? {};
  if (unfit !== null) return `the judge is unfit (${unfitInWords(unfit, sensitivity)})`;
  return `the judge sees too little of what is different (J = ${score(sensitivity)}, at least ${LEAST_SENSITIVITY} is needed)`;
}

/** The pairs that a threshold was taken from are not tested against it. */
function since({ thresholdMs }: GateVerdict): string {
  return thresholdMs === null ? '' : ` since its threshold was set to ${milliseconds(thresholdMs)}`;
}

function percent(share: number | null): string {
  return share === null ? 'unknown' : `${(100 * share).toFixed(1)} %`;
}

/** A margin in percentage points: `1 point`, `0.5 points`. */
export function points(margin: number): string {
  const value = Number((100 * margin).toFixed(2));
  return value === 1 ? '1 point' : `${value} points`;
}

function score(value: number | null): string {
  return value === null ? 'unknown' : value.toFixed(2);
}

function milliseconds(value: number): string {
  return `${count(value)} ms`;
}
