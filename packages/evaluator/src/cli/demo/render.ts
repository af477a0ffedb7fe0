import type { Standing } from '../../decide/standing.js';
import type { Report } from '../../emit/ledger-metrics.js';
import { renderFunnel } from '../render-status.js';
import { renderGates, renderSentence } from '../render-verdict.js';
import { count, type Style } from '../style.js';
import { CANDIDATE, INCUMBENT, POLICY_TEXT } from './experiment.js';

/** What the demo did, beside what the evaluator saw. */
export interface DemoResult {
  readonly calls: number;
  readonly failed: number;
  readonly seconds: number;
  readonly report: Report | null;
  readonly standing: Standing | null;
  /** Where the spans and metrics went; null where nowhere. */
  readonly exportedTo: string | null;
  /** The store that was kept; null where it was removed. */
  readonly keptIn: string | null;
}

/** What is about to happen, and what was agreed beforehand. */
export function renderIntroduction(kind: string, calls: number, style: Style): readonly string[] {
  return [
    `${style.bold('understudy demo')}: may ${CANDIDATE} (${kind}) take over from ${INCUMBENT}? ${count(calls)} calls of a local service will tell.`,
    '',
    ...POLICY_TEXT.map((line) => style.dim(`  ${line}`)),
    '',
  ];
}

/** One line while it runs. */
export function renderProgress(
  answered: number,
  calls: number,
  report: Report | null,
  standing: Standing | null,
): string {
  const width = 24;
  const done = Math.min(width, Math.round((answered / calls) * width));
  const closed = report?.snapshot.runs[0]?.closedCount;
  const slices = closed === undefined ? 0 : closed.complete + closed.deadline;
  const state = standing === null ? '' : `  ${standing.verdict.state}`;
  const bar = `${'#'.repeat(done)}${'.'.repeat(width - done)}`;
  const evidence = standing?.state.funnel.evidence ?? 0;
  return `${bar}  ${count(answered)} of ${count(calls)} calls  ${count(evidence)} pairs of evidence  ${slices} ${slices === 1 ? 'slice' : 'slices'} closed${state}`;
}

/** The funnel, the verdict, and where to look further. */
export function renderResult(result: DemoResult, style: Style): readonly string[] {
  const { standing, calls, failed, seconds } = result;
  if (standing === null) return ['No pair reached the ledger, so there is no verdict.', ...further(result)];
  return [
    `${count(calls)} calls in ${seconds.toFixed(1)} s, ${count(failed)} of them failed on purpose at the incumbent`,
    ...renderFunnel(standing.state).map((line) => `  ${style.dim(`${CANDIDATE}:`)} ${line}`),
    ...(standing.noise === null
      ? []
      : renderFunnel(standing.noise)
          .slice(0, 2)
          .map((line) => `  ${style.dim('asked again (aa):')} ${line}`)),
    '',
    style.bold(renderSentence(standing.verdict, style)),
    ...hidden(standing),
    '',
    ...renderGates(standing.verdict, style, standing.run.definition.policy.gates),
    '',
    ...further(result),
  ];
}

/** What a look at the overall numbers alone would have said. */
function hidden({ verdict: { state, streams } }: Standing): readonly string[] {
  const [overall, ...segments] = streams;
  const harmed = segments.filter((one) => one.state === 'harm').map(({ stream }) => stream);
  if (state !== 'no_go' || overall === undefined || overall.state === 'harm' || harmed.length === 0) return [];
  const together =
    overall.state === 'safe' ? 'All calls together pass every gate' : 'All calls together harm in no gate';
  return [`${together}: the overall numbers alone would have hidden ${harmed.join(', ')}.`];
}

function further({ exportedTo, keptIn }: DemoResult): readonly string[] {
  const pairs =
    exportedTo === null
      ? 'See the pairs: set OTEL_EXPORTER_OTLP_ENDPOINT=http://localhost:4318 (a collector, Jaeger, ...) and run it again.'
      : `The pairs are in ${exportedTo}: each span \`evaluate\` links to the primary's and the shadow's.`;
  if (keptIn === null) return [pairs];
  return [pairs, `The store is kept: UNDERSTUDY_QUEUE_URL=embedded:${keptIn} npx --no -- understudy status`];
}
