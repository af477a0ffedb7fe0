import { type Candidate, canonicalJson } from '@understudy/instrumentation/experiment';
import { count } from '../../decide/describe.js';
import { timeText } from '../charts.js';
import { html, type Html, tableOf } from '../html.js';
import type { ReportInput } from '../report-input.js';

/** What the verdict rests on: the funnel, the policy, and why this run is another one than the one before it. */
export function about({ standing, changes, run }: ReportInput): Html {
  const { funnel } = standing.state;
  const { definition, registeredAt } = standing.run;
  const counts = (['eligible', 'sampled', 'admitted', 'stored', 'evidence', 'late', 'lost', 'pending'] as const).map(
    (stage) => [stage, count(funnel[stage])],
  );
  const span = [run.firstSliceAt, run.closedThrough].map((at) => (at === null ? '-' : timeText(at))).join(' to ');
  return html`<h2>About this run</h2>
    <p>Registered ${timeText(registeredAt)}. Evidence of calls from ${span}: one pair of each conversation.</p>
    <h3>candidate</h3>
    ${tableOf(['changed of a call', 'to'], candidateRows(candidateOf(standing)))}
    <h3>calls</h3>
    ${tableOf(['calls', 'number'], counts)} ${changed(changes, standing.run.k)}
    <h3>policy</h3>
    <pre>${JSON.stringify(JSON.parse(canonicalJson(definition.policy)), null, 2)}</pre>`;
}

function candidateOf({ run, arm }: ReportInput['standing']): Candidate {
  const { candidates } = run.definition;
  return (Object.hasOwn(candidates, arm) ? candidates[arm] : undefined) ?? {};
}

/** Names and no values where a secret may stand: in headers, in parameters of a URL or of a body, in an address before its host. */
function candidateRows(candidate: Candidate): readonly (readonly string[])[] {
  const { model, dialect, baseUrl, system, version, omit = [] } = candidate;
  const names = (values: Readonly<Record<string, unknown>> | undefined): string => Object.keys(values ?? {}).join(', ');
  const rows = [
    ['model', model ?? ''],
    ['dialect', dialect ?? ''],
    ['host', baseUrl === undefined ? '' : hostOf(baseUrl)],
    ['system prompt', system === undefined ? '' : 'another'],
    ['parameters', names(candidate.parameters)],
    ['without', omit.join(', ')],
    ['headers', names(candidate.headers)],
    ['query', names(candidate.query)],
    ['version', version ?? ''],
  ];
  const said = rows.filter(([, to]) => to !== '');
  return said.length === 0 ? [['nothing', '-']] : said;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'unknown';
}

function changed(changes: ReportInput['changes'], k: number): Html {
  if (changes === null) return html``;
  const rows = changes.map(({ path, before, after }) => [path, before ?? '-', after ?? '-']);
  return html`<h3>changed against run number ${k - 1}</h3>
    <p class="dim">
      A change of what decides is a new run, which starts without evidence and is tested at a stricter level.
    </p>
    ${tableOf(['field', 'before', 'now'], rows)}`;
}
