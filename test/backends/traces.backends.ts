import { beforeAll, expect, it } from 'vitest';
import { type JaegerSpan, type JaegerTrace, tagsOf } from './clients/jaeger.js';
import { backends, openLedgerReader } from './fixture.js';
import { tracesPage } from './traces/page.js';
import { CALLS, plannedCall } from './world/traffic.js';

const { jaeger, facts } = backends();
/** By then money is leased for every call. */
const UNDER_WAY = 600;
/** A call of a critical segment, answered as it should be, to which one candidate says less: the same in every world. */
const SHOWN = Array.from({ length: CALLS }, (_, number) => plannedCall(number)).find(
  ({ number, topic, way, forbidden, says }) =>
    number >= UNDER_WAY &&
    topic === 'refunds' &&
    way === 'json' &&
    !forbidden &&
    says.incumbent === 'right' &&
    says.nano === 'worse',
);

/** Of the call, in the order in which a person goes from one to the other. */
let primary: JaegerTrace;
let shadow: JaegerTrace;
let evaluation: JaegerTrace;
let judgement: JaegerTrace;

beforeAll(async () => {
  await using ledger = openLedgerReader();
  const pair = (await ledger.pairs()).find(({ number, arm }) => number === SHOWN?.number && arm === 'nano');
  const { primary: leg, shadow: other } = pair?.content ?? {};
  const traceOf = (of: typeof leg): string =>
    of === undefined || of.status === 'missing' ? '' : (of.span?.traceId ?? '');
  primary = await jaeger.trace(traceOf(leg));
  shadow = await jaeger.trace(traceOf(other));
  const about = async (operation: string): Promise<JaegerTrace> => {
    const tags = { 'understudy.pair.id': pair?.pair ?? '' };
    const [found, ...more] = await jaeger.search({ service: 'understudy-evaluator', operation, tags });
    if (found === undefined || more.length > 0) throw new Error(`${more.length + 1} traces of ${operation}`);
    return found;
  };
  evaluation = await about('evaluate');
  judgement = await about('judge');
});

const spanOf = (trace: JaegerTrace, role: string): JaegerSpan => {
  const span = trace.spans.find(({ tags }) => tagsOf({ tags })['understudy.role'] === role);
  if (span === undefined) throw new Error(`no ${role}`);
  return span;
};
const targets = ({ references }: JaegerSpan): readonly string[] =>
  references.filter(({ refType }) => refType === 'FOLLOWS_FROM').map(({ traceID, spanID }) => `${traceID} ${spanID}`);
const named = ({ traceID, spanID }: JaegerSpan): string => `${traceID} ${spanID}`;

it('leads from a primary to its shadow and back, by links and by tags', () => {
  const [call, copy] = [spanOf(primary, 'primary'), spanOf(shadow, 'shadow')];
  expect(primary.spans.map(({ operationName }) => operationName).toSorted()).toEqual(['POST /ask', 'chat gpt-5']);
  expect(shadow.spans).toHaveLength(1);
  expect(targets(call)).toContain(named(copy));
  expect(targets(copy)).toEqual([named(call)]);
  expect(tagsOf(copy)).toMatchObject({
    'understudy.peer.trace_id': call.traceID,
    'understudy.peer.span_id': call.spanID,
    'understudy.call.id': tagsOf(call)['understudy.call.id'],
  });
});

it('leads from the evaluation and the judgement to both calls', () => {
  const calls = [named(spanOf(primary, 'primary')), named(spanOf(shadow, 'shadow'))];
  for (const trace of [evaluation, judgement]) {
    const [span, ...more] = trace.spans;
    if (span === undefined) throw new Error('no span');
    expect(more).toEqual([]);
    expect(targets(span).toSorted()).toEqual(calls.toSorted());
    expect(tagsOf(span)['understudy.peer.trace_id']).toBe(primary.traceID);
  }
});

it('is what docs/traces.md shows (npm run docs:traces)', async () => {
  expect(facts.startedAt).toBeGreaterThan(0);
  await expect(tracesPage({ primary, shadow, evaluation, judgement })).toMatchFileSnapshot('../../docs/traces.md');
});
