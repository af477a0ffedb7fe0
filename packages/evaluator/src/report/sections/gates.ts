import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { besideLevel, count, money, NOISE_GATES, points, RATE_GATES } from '../../decide/describe.js';
import { eValue } from '../../decide/e-value-text.js';
import { SPENDING_GATES } from '../../decide/spending.js';
import type { BadSegment, GateVerdict } from '../../decide/verdict.js';
import { shownOf } from '../../tally/shown.js';
import { html, type Html, tableOf } from '../html.js';
import type { ReportInput } from '../report-input.js';

/** What was tested, with the numbers that decide. */
export function gates({ standing: { verdict } }: ReportInput): Html {
  const heading = [
    'gate',
    'segment',
    'state',
    'pairs',
    'missing',
    'candidate',
    'incumbent',
    'allowed',
    'E(safe)',
    'E(harm)',
  ];
  return html`<h2>Gates</h2>
    <div class="wide">${tableOf(heading, [...verdict.gates, ...verdict.badSegments.map(worse)].map(row))}</div>
    <p class="dim">
      A gate is passed at E(safe) of ${eValue(-Math.log(verdict.level))} or more: level
      ${Number(verdict.level.toPrecision(3))}, whenever it is looked at.
    </p>`;
}

/** What each segment looks like; those that are critical, and those that do worse, have gates above. */
export function segments({ standing, run }: ReportInput): Html {
  const { observed, segments: funnels } = standing.state;
  const names = Object.keys(observed).filter((name) => name !== SEGMENT_ALL);
  if (names.length === 0) return html``;
  const rows = names.map((name) => {
    const parts = observed[name];
    if (parts === undefined) return [name];
    const { classes, amounts } = shownOf(parts, run.labelNames);
    const pairs = classes.reduce((sum, one) => sum + one.pairs, 0);
    const failed = (side: 'primary' | 'shadow'): string =>
      percent(
        classes.filter((one) => one[side] !== 'ok').reduce((sum, one) => sum + one.pairs, 0) / Math.max(1, pairs),
      );
    const { latency, list_cost: cost } = amounts;
    return [
      name,
      count(funnels[name]?.evidence ?? 0),
      failed('shadow'),
      failed('primary'),
      milliseconds(latency?.shadow),
      milliseconds(latency?.primary),
      dollars(cost?.shadow),
      dollars(cost?.primary),
    ];
  });
  const heading = [
    'segment',
    'evidence',
    'no answer',
    'incumbent',
    'mean latency',
    'incumbent',
    'USD a call',
    'incumbent',
  ];
  return html`<h2>Segments</h2>
    <div class="wide">${tableOf(heading, rows)}</div>`;
}

/** Its worst gate stands for a segment that holds the verdict. */
function worse({ gate }: BadSegment): GateVerdict {
  return { ...gate, state: 'harm' };
}

function row(gate: GateVerdict): readonly string[] {
  return [
    gate.gate,
    gate.stream === SEGMENT_ALL ? 'all' : gate.stream,
    gate.state,
    count(gate.pairs),
    count(gate.missing),
    `${level(gate, gate.candidate)}${besideLevel(gate)}`,
    level(gate, gate.floor ?? gate.reference),
    allowed(gate),
    eValue(gate.safeLogE),
    eValue(gate.harmLogE),
  ];
}

function level({ gate }: GateVerdict, value: number | null): string {
  if (value === null) return '-';
  if (SPENDING_GATES.has(gate)) return money(gate, value);
  return NOISE_GATES.has(gate) ? value.toFixed(3) : percent(value);
}

function allowed({ gate, margin, thresholdMs, floor }: GateVerdict): string {
  if (floor !== undefined) return `at least ${Number((floor - margin).toFixed(3))}`;
  if (/^(latency|first_chunk)/.test(gate))
    return thresholdMs === null ? `x${margin}` : `x${margin} of ${count(thresholdMs)} ms`;
  if (SPENDING_GATES.has(gate)) return `x${margin}`;
  // Agreement has no unit: of a score of 0.74, 0.05 less is no percentage.
  if (NOISE_GATES.has(gate)) return `-${margin}`;
  return RATE_GATES.has(gate) ? `+${points(margin)}` : `-${points(margin)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function milliseconds(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : `${count(value)} ms`;
}

function dollars(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : `$${Number(value.toPrecision(3))}`;
}
