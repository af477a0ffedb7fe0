import { count, describeGate, describeGates, names } from './describe.js';
import { MOST_FAILED } from './health.js';
import type { Policy } from './policy.js';
import type { GateVerdict, Hold, Range } from './verdict.js';

/** Pairs a gate must know before the verdict says that the data are against it, and not only that they are few. */
const ENOUGH_TO_DOUBT = 30;

/** The words of a GO. */
export function passed(gates: readonly GateVerdict[], pairs: number): string {
  return `after ${count(pairs)} pairs every gate is passed: ${describeGates(gates)}`;
}

/** The reasons to hold that lie in the evidence. Empty only where every gate of every stream is passed. */
export function unproven(
  policy: Policy,
  { expired, noPair }: { readonly expired: boolean; readonly noPair: string },
  gates: readonly GateVerdict[],
  pairs: number,
  remaining: Range | null,
): readonly Hold[] {
  if (gates.length === 0)
    return [{ reason: 'insufficient', sentence: 'the policy names no gate, so nothing is tested' }];
  const failing = gates.find((gate) => gate.gate === 'errors' && (gate.reference ?? 0) > MOST_FAILED);
  if (failing !== undefined) {
    const sentence = `the incumbent itself fails too often to be a standard: ${describeGate({ ...failing, state: 'open' })}`;
    return [{ reason: 'inconclusive', sentence }];
  }
  const open = gates.filter((gate) => !isPassed(gate));
  if (open.length === 0 && pairs >= policy.minPairs) return [];
  const insensitive = open.filter(
    (gate) => gate.state === 'insensitive' && gate.pairs - gate.missing >= ENOUGH_TO_DOUBT,
  );
  const holds: Hold[] = insensitive.map((gate) => ({
    reason: 'insensitive',
    sentence: `${describeGate(gate)}; a scorer that tolerates other words is needed`,
  }));
  const blind = open.filter((gate) => gate.state === 'judge_insensitive');
  if (blind.length > 0) holds.push({ reason: 'judge_insensitive', sentence: describeGates(blind.slice(0, 1)) });
  if (expired) {
    const rest = open.length === 0 ? `only ${count(pairs)} of ${count(policy.minPairs)} pairs` : describeGates(open);
    return [...holds, { reason: 'expired', sentence: `the window or the budget is over, and not settled: ${rest}` }];
  }
  const against = open.filter(
    (gate) => gate.state === 'open' && gate.remaining === null && gate.pairs >= ENOUGH_TO_DOUBT,
  );
  if (against.length > 0) {
    const sentence = `after ${count(pairs)} pairs the data do not favour GO at this margin: ${describeGates(against)}`;
    return [...holds, { reason: 'inconclusive', sentence }];
  }
  return [
    ...holds,
    { reason: 'insufficient', sentence: hasNoPair(gates) ? noPair : progress(gates, open, pairs, remaining) },
  ];
}

/** What the win rate waits for, where no other reason says it: there may be a worse one, or too many gates to name. */
export function waiting(gates: readonly GateVerdict[], reasons: readonly Hold[]): readonly Hold[] {
  const gate = gates.find((one) => one.gate === 'win_rate' && one.state === 'waiting');
  if (gate === undefined) return [];
  const sentence = describeGate(gate);
  return reasons.some((one) => one.sentence.includes(sentence)) ? [] : [{ reason: 'insufficient', sentence }];
}

/** The judge's word alone is enough for a provisional GO. */
function isPassed({ state }: GateVerdict): boolean {
  return state === 'safe' || state === 'provisional';
}

function hasNoPair(gates: readonly GateVerdict[]): boolean {
  return gates.every(({ pairs, missing }) => pairs + missing === 0);
}

function progress(
  gates: readonly GateVerdict[],
  open: readonly GateVerdict[],
  pairs: number,
  remaining: Range | null,
): string {
  const of = remaining === null ? '' : ` of about ${between(pairs + remaining.low, pairs + remaining.high)}`;
  const settled = gates.filter(isPassed);
  const parts = [`${count(pairs)}${of} ${pairs === 1 && of === '' ? 'pair' : 'pairs'}`];
  if (settled.length > 0) parts.push(`settled: ${names(settled)}`);
  if (open.length > 0) parts.push(`not yet: ${describeGates(open)}`);
  return parts.join('; ');
}

function between(low: number, high: number): string {
  const [least, most] = [count(low), count(high)];
  return least === most ? least : `${least} to ${most}`;
}

/** The slowest gate decides; what it needs in its own pairs is scaled to pairs of the overall stream. */
export function remainingOverall(gates: readonly GateVerdict[], pairs: number, minPairs: number): Range | null {
  const open = gates.filter((gate) => gate.state !== 'safe');
  const least = Math.max(0, Math.ceil(minPairs - pairs));
  let range: Range = { low: least, high: least };
  for (const gate of open) {
    if (gate.remaining === null) return null;
    const scale = Math.max(1, pairs / gate.pairs);
    range = {
      low: Math.max(range.low, Math.ceil(gate.remaining.low * scale)),
      high: Math.max(range.high, Math.ceil(gate.remaining.high * scale)),
    };
  }
  return open.length === 0 && least === 0 ? null : range;
}
