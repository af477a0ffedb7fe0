import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import { countsOf } from '../../tally/distribution.js';
import { type ShownTurns, turnsShown } from '../../tally/turns.js';
import { barChart } from '../charts.js';
import type { Histogram } from '../histogram.js';
import { html, type Html } from '../html.js';
import type { ReportInput } from '../report-input.js';

/** Bins of lengths put together: four of them are half an octave. */
const LENGTHS_TOGETHER = 4;

/** What calls look like on both sides: latencies, lengths, scores. */
export function distributions({ standing, history }: ReportInput): Html {
  const parts = standing.state.observed[SEGMENT_ALL];
  const { latencies, scores } = history;
  return html`<h2>Distributions</h2>
    <p class="dim">
      <span class="key-one">outlined: the incumbent</span>, <span class="key-other">filled: the candidate</span>; each
      bar a share of its own side.
    </p>
    <h3>latency</h3>
    ${barChart(pairOf(latencies.primary, latencies.shadow), 'latency')}
    ${
      parts === undefined
        ? html``
        : html`<h3>length of the answer</h3>
            ${barChart(lengths(countsOf(parts.primary, 'length'), countsOf(parts.shadow, 'length')), 'length of the answer')}`
    }
    ${parts === undefined ? html`` : turns(turnsShown(parts.counters))}
    ${Object.entries(scores).map(
      ([name, { incumbent, shadow }]) =>
        html`<h3>${name}: agreement with the incumbent (outlined: the incumbent's with itself)</h3>
          ${barChart(pairOf(incumbent, shadow), name)}`,
    )}`;
}

/** At high rates the first calls of conversations are most of the evidence: what is said of it is said of them. */
function turns({ bins, stored, evidence }: ShownTurns): Html {
  if (bins.length === 0) return html``;
  const bars = bins.map((bin) => ({ label: bin.turns, primary: bin.stored, shadow: bin.evidence }));
  return html`<h3>
      turns of the conversation (outlined: all ${stored} pairs; filled: the ${evidence} that are evidence)
    </h3>
    ${barChart(bars, 'turns of the conversation')}`;
}

interface Bar {
  readonly label: string;
  readonly primary: number;
  readonly shadow: number;
}

function pairOf(primary: Histogram, shadow: Histogram): readonly Bar[] {
  return primary.bins.from.map((from, at) => ({
    label: primary.bins.labelOf(from),
    primary: primary.counts[at] ?? 0,
    shadow: shadow.counts[at] ?? 0,
  }));
}

function lengths(primary: readonly number[], shadow: readonly number[]): readonly Bar[] {
  const sum = (counts: readonly number[], from: number): number =>
    counts.slice(from, from + LENGTHS_TOGETHER).reduce((total, count) => total + count, 0);
  return Array.from({ length: Math.ceil(primary.length / LENGTHS_TOGETHER) }, (_, at) => {
    const from = at * LENGTHS_TOGETHER;
    return { label: String(lengthFrom(from)), primary: sum(primary, from), shadow: sum(shadow, from) };
  });
}

/** The least length of a bin: eight to an octave. */
function lengthFrom(bin: number): number {
  return bin < 8 ? bin : (8 + (bin % 8)) * 2 ** (Math.floor(bin / 8) - 1);
}
