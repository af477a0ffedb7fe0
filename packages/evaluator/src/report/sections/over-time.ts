import { count, RATE_GATES } from '../../decide/describe.js';
import type { GateVerdict } from '../../decide/verdict.js';
import { lineChart } from '../charts.js';
import { html, type Html } from '../html.js';
import type { ReportInput } from '../report-input.js';

/** How each estimate came to where it is. The win rate is not made of a pair's numbers alone: it is in the table. */
export function overTime({ standing: { verdict }, history, oneIn }: ReportInput): Html {
  const shown = verdict.gates.filter(
    ({ gate, stream }) => stream === '_all' && (history.points[gate]?.length ?? 0) > 0,
  );
  if (shown.length === 0)
    return html`<h2>Over time</h2>
      <p class="dim">No pair is evidence yet.</p>`;
  const sample = oneIn > 1 ? ` Made of one pair in ${oneIn}, chosen by a hash: the intervals are as wide as that.` : '';
  return html`<h2>Over time</h2>
    <p class="dim">
      The candidate's level less the incumbent's in points, over all evidence up to each time, with a 95 % confidence
      sequence; dashed: what is allowed. Of cost and tokens: in hundredths of the most that one call may take. Calls
      without a pair are in the table above, and not in these.${sample}
    </p>
    ${shown.map(
      (gate) =>
        html`<h3>${gate.gate}${thresholds(gate)}</h3>
          ${lineChart(history.points[gate.gate] ?? [], limitOf(gate), `${gate.gate} over time`)}`,
    )}`;
}

/** What slow is, on either side: the line that must not be crossed is a difference of shares, and names no time. */
function thresholds({ gate, margin, thresholdMs }: GateVerdict): string {
  if (!/^(latency|first_chunk)/.test(gate) || thresholdMs === null) return '';
  return `: slower than ${count(thresholdMs * margin)} ms, against the incumbent's slower than ${count(thresholdMs)} ms`;
}

/** The difference of levels at the margin. Of latency: slower than T x ratio may be no commoner than slower than T was. */
function limitOf({ gate, margin, reference, mostPerCall }: GateVerdict): number {
  if (/^(latency|first_chunk)/.test(gate)) return 0;
  if (mostPerCall !== undefined) return ((margin - 1) * (reference ?? 0)) / mostPerCall;
  return RATE_GATES.has(gate) ? margin : -margin;
}
