import type { Leg } from '@understudy/instrumentation/trial';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { beforeEach, describe, expect, it } from 'vitest';
import type { PairRow } from '../ledger/ledger.js';
import { emitEvaluateSpan } from './evaluate-span.js';
import { emitJudgeSpan } from './judge-span.js';
import type { PairSpan } from './pair-span.js';

const exporter = new InMemorySpanExporter();
const tracer = new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }).getTracer('test');
beforeEach(() => exporter.reset());

const answered = (durationMs: number, id: string): Leg => ({
  status: 'ok',
  answer: { kind: 'none' },
  finish: 'stop',
  usage: null,
  durationMs,
  model: 'm',
  span: { traceId: id.repeat(32), spanId: id.repeat(16) },
});
const failed: Leg = { status: 'error', type: '500', durationMs: 5, span: null };
const pair: PairSpan = {
  pair: 'p1',
  call: 'c1',
  experiment: 'support',
  run: 'r1',
  arm: 'small',
  segment: 'refunds',
  primary: answered(200, 'a'),
  shadow: answered(500, 'b'),
};

function evaluated(scores: Readonly<Record<string, number | null>>, legs: Partial<PairSpan> = {}) {
  const { primary, shadow } = { ...pair, ...legs };
  const row = { ...pair, content: { primary, shadow }, facts: { scores: { ab: scores, aa: {} } } };
  emitEvaluateSpan(tracer, row as unknown as PairRow, 'support', { startedAt: 1000, endedAt: 1001 });
  return exporter.getFinishedSpans().at(-1)!;
}

describe('evaluate', () => {
  it('has each number as an attribute, and says what people ask for in one', () => {
    const { attributes } = evaluated({ exact: 0, exact_json: 1, lexical: 0.5, embedding: null });
    expect(attributes).toMatchObject({
      'understudy.score.exact': 0,
      'understudy.score.lexical': 0.5,
      'understudy.agreement': true,
      'understudy.candidate.only_error': false,
      'understudy.duration.ratio': 2.5,
      'understudy.segment': 'refunds',
    });
    expect(Object.keys(attributes)).not.toContain('understudy.score.embedding');
  });

  it.each([
    [{ exact: 1 }, true],
    [{ exact: 0 }, false],
    [{ exact: 1, tool_exact: 0 }, false],
    [{ exact: 1, tool_exact: 1 }, true],
    [{ exact: null, lexical: 1 }, undefined],
  ])('of %j says that both agree: %s', (scores, agreement) => {
    expect(evaluated(scores).attributes['understudy.agreement']).toBe(agreement);
  });

  it('tells a failure that is the shadow alone, and compares no durations of one', () => {
    const { attributes } = evaluated({}, { shadow: failed });
    expect(attributes).toMatchObject({ 'understudy.candidate.only_error': true, 'understudy.shadow.outcome': 'error' });
    expect(attributes['understudy.duration.ratio']).toBeUndefined();
    expect(evaluated({}, { primary: failed, shadow: failed }).attributes['understudy.candidate.only_error']).toBe(
      false,
    );
  });
});

describe('judge', () => {
  it('is a root that is linked to both calls, with what was said as an attribute and as an event', () => {
    const times = { startedAt: 5000, endedAt: 7000 };
    emitJudgeSpan(tracer, pair, { rubric: 'helpfulness', outcome: 'primary', score: 0, reason: null, ...times });
    const span = exporter.getFinishedSpans().at(-1)!;
    expect(span).toMatchObject({ name: 'judge', kind: 0 });
    expect(span.parentSpanContext).toBeUndefined();
    expect(span.links.map(({ context, attributes }) => [context.spanId, attributes?.['understudy.role']])).toEqual([
      ['a'.repeat(16), 'primary'],
      ['b'.repeat(16), 'shadow'],
    ]);
    expect(span.attributes).toMatchObject({ 'understudy.judgement': 'primary', 'understudy.pair.id': 'p1' });
    expect(span.events).toMatchObject([
      {
        name: 'gen_ai.evaluation.result',
        attributes: {
          'gen_ai.evaluation.name': 'helpfulness',
          'gen_ai.evaluation.score.label': 'primary',
          'gen_ai.evaluation.score.value': 0,
        },
      },
    ]);
    expect(span.startTime).toEqual([5, 0]);
  });

  it('says why there is no judgement, and no score then', () => {
    const why = { rubric: 'helpfulness', outcome: 'abstained', score: null, reason: 'no_text' } as const;
    emitJudgeSpan(tracer, { ...pair, call: null }, { ...why, startedAt: 1, endedAt: 1 });
    const { attributes, events } = exporter.getFinishedSpans().at(-1)!;
    expect(attributes['understudy.judgement']).toBe('abstained');
    expect(Object.keys(attributes)).not.toContain('understudy.call.id');
    expect(events[0]?.attributes).toEqual({
      'gen_ai.evaluation.name': 'helpfulness',
      'gen_ai.evaluation.score.label': 'abstained',
      'error.type': 'no_text',
    });
  });
});
