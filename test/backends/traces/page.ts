import { type JaegerSpan, type JaegerTrace, type Tag, tagsOf } from '../clients/jaeger.js';

interface Shown {
  readonly primary: JaegerTrace;
  readonly shadow: JaegerTrace;
  readonly evaluation: JaegerTrace;
  readonly judgement: JaegerTrace;
}

/** What is of its run alone: ids get a name, the rest an ellipsis. */
const OF_THE_RUN = new Set([
  'server.port',
  'understudy.primary.duration_ms',
  'understudy.shadow.duration_ms',
  'understudy.duration.ratio',
  'understudy.candidate.slower',
  'gen_ai.response.time_to_first_chunk',
]);
/** Of every span, and of no interest; and what only a call has of which the incumbent was asked again, by lot. */
const LEFT_OUT = /^(otel\.|internal\.|span\.kind$|app\.call$|understudy\.noise\.)/;
const DIGITS = 3;

/** docs/traces.md: one pair as Jaeger's API returns it, the same in every run. */
export function tracesPage(traces: Shown): string {
  const names = namesIn(traces);
  const [request] = traces.primary.spans.filter(({ operationName }) => operationName === 'POST /ask');
  const call = traces.primary.spans.find((span) => span !== request);
  const block = (span: JaegerSpan | undefined, { processes }: JaegerTrace): string => {
    if (span === undefined) throw new Error('a span is not there');
    return ['```json', rendered(span, processes[span.processID]?.serviceName ?? '', names), '```'].join('\n');
  };
  return `# A pair in Jaeger

One call of the incumbent, of which the candidate \`nano\` left half away, as \`/api/traces/ID\` of Jaeger 2 returns it. Written by \`npm run docs:traces\` from a run of
the backends suite, which fails where this page is not what Jaeger says; ids are named, times and ports left out, and so are the tags that every span
has (\`otel.*\`, \`span.kind\`). Searches that lead here: [queries.md](queries.md). Attributes: [telemetry.md](telemetry.md#spans).

## The user's request, with the primary

One trace: the service's own span, and below it the call. *What a person sees*: a request like any other, as long as it would have been without us. *What they click*: the
call's span, then *References* (the arrow at its right end): each shadow opens in a trace of its own. Jaeger shows of a reference neither the attributes nor
the name, so which candidate it is stands on the other side; \`understudy.arm\` and \`understudy.pair.id\` here are those of the first candidate.

${block(request, traces.primary)}

${block(call, traces.primary)}

## The shadow

A trace with one span. *Click* its reference, or search for the trace \`understudy.peer.trace_id\`: back at the primary. For what came of it: *Search*, service \`understudy-evaluator\`, tags
\`understudy.pair.id=...\`. The tags of the GenAI conventions fill Jaeger's GenAI view, as those of the primary do.

${block(traces.shadow.spans[0], traces.shadow)}

## The evaluation

A trace with one span by the evaluator, moments later. Its references are both calls; its events (*Logs* in Jaeger) are the scores in the form of the GenAI conventions,
its tags the same in a form that can be searched for. Where the incumbent was asked again (\`aa\`), each event also has what its second answer scores
against the first, \`understudy.noise.score.value\`.

${block(traces.evaluation.spans[0], traces.evaluation)}

## The judgement

Where a judge was asked, or had not to be. \`primary\`: the primary's answer is better.

${block(traces.judgement.spans[0], traces.judgement)}
`;
}

/** Ids that are shown, by what they are of. */
function namesIn({ primary, shadow, evaluation, judgement }: Shown): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const parts = { primary, shadow, evaluation, judgement };
  for (const [part, { traceID, spans }] of Object.entries(parts)) {
    names.set(traceID, `<trace of the ${part}>`);
    for (const span of spans)
      names.set(span.spanID, span.operationName === 'POST /ask' ? '<span of the request>' : `<span of the ${part}>`);
  }
  const [copy, ...calls] = [shadow.spans[0], ...primary.spans];
  for (const span of [copy, ...calls]) {
    if (span === undefined) continue;
    const tags = tagsOf(span);
    const own = span === copy;
    for (const [key, name] of [
      ['understudy.call.id', '<id of the call>'],
      ['understudy.pair.id', own ? '<id of the pair>' : "<id of the first candidate's pair>"],
      ['understudy.run', '<id of the run>'],
      ['understudy.peer.trace_id', own ? '' : "<trace of the first candidate's shadow>"],
      ['understudy.peer.span_id', own ? '' : "<span of the first candidate's shadow>"],
    ] as const) {
      const value = tags[key];
      if (typeof value === 'string' && name !== '' && !names.has(value)) names.set(value, name);
    }
  }
  return names;
}

function rendered(span: JaegerSpan, service: string, names: ReadonlyMap<string, string>): string {
  const idOf = (id: string): string => names.get(id) ?? '…';
  const references = span.references.filter(({ spanID }) => names.has(spanID));
  const lines = (items: readonly object[]): string =>
    items.length === 0 ? '[]' : `[\n${items.map((item) => `    ${spaced(item)}`).join(',\n')}\n  ]`;
  const tags = (all: readonly Tag[]): readonly object[] =>
    all
      .filter(({ key }) => !LEFT_OUT.test(key))
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .map(({ key, type, value }) => ({ key, type, value: shownValue(key, value, names) }));
  const logs = span.logs.map(({ fields }) => ({ fields: tags(fields) }));
  return [
    '{',
    `  "traceID": "${idOf(span.traceID)}",`,
    `  "spanID": "${idOf(span.spanID)}",`,
    `  "operationName": "${span.operationName}",`,
    `  "references": ${lines(references.map(({ refType, traceID, spanID }) => ({ refType, traceID: idOf(traceID), spanID: idOf(spanID) })))},`,
    `  "tags": ${lines(tags(span.tags))},`,
    `  "logs": ${lines(logs)},`,
    `  "process": { "serviceName": "${service}" }`,
    '}',
  ].join('\n');
}

function shownValue(key: string, value: Tag['value'], names: ReadonlyMap<string, string>): Tag['value'] {
  if (OF_THE_RUN.has(key)) return '…';
  if (typeof value === 'number') return Number(value.toFixed(DIGITS));
  return typeof value === 'string' ? (names.get(value) ?? value) : value;
}

/** On one line, with the spaces that people leave. */
function spaced(item: object): string {
  return JSON.stringify(item, null, 1).replace(/\n\s*/g, ' ');
}
