import { ROOT_CONTEXT, type Span, trace } from '@opentelemetry/api';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type Sampler,
  SimpleSpanProcessor,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import type { Call } from '../capture/call.js';
import { followLinks } from '../capture/follow-links.js';
import type { Topology } from '../experiment/definition.js';
import type { ShadowCall } from './prepare.js';
import { type PairNames, type StartedShadow, startShadowSpan } from './shadow-span.js';

const ON = new AlwaysOnSampler();
/** Records what a caller has sampled, and nothing of its own. */
const CALLERS = new ParentBasedSampler({ root: new AlwaysOffSampler() });
const names = { callId: 'c', pairId: 'p', experiment: 'e', run: 'r', arm: 'candidate' } as unknown as PairNames;
const shadow = { request: { operation: 'chat', model: 'm', stream: false }, attributes: {} } as unknown as ShadowCall;

function start(sampler: Sampler, topology: Topology, sampled: boolean = true): StartedShadow & { primary: Span } {
  const exporter = new InMemorySpanExporter();
  const provider = new TracerProvider({ sampler, spanProcessors: [new SimpleSpanProcessor({ exporter })] });
  const caller = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: sampled ? 1 : 0, isRemote: true };
  const tracer = provider.getTracer('test');
  const primary = tracer.startSpan('primary', {}, trace.setSpanContext(ROOT_CONTEXT, caller));
  const call = { span: primary, recording: primary.isRecording(), spanReference: null } as unknown as Call;
  return { primary, ...startShadowSpan(tracer, call, names, shadow, topology) };
}

const inItsTrace = ({ span, primary }: { span: Span; primary: Span }): boolean =>
  span.spanContext().traceId === primary.spanContext().traceId;

describe('the span of a shadow', () => {
  it.each([
    ['records everything', ON],
    ['follows links', followLinks(CALLERS)],
  ])('is the root of a trace of its own where the sampler %s', (_which, sampler) => {
    const started = start(sampler, 'linked');
    expect([started.span.isRecording(), inItsTrace(started), started.unfollowed]).toEqual([true, false, false]);
  });

  it("goes into its primary's trace where its own would not be recorded, and that is said", () => {
    const started = start(CALLERS, 'linked');
    expect([started.span.isRecording(), inItsTrace(started), started.unfollowed]).toEqual([true, true, true]);
  });

  it('goes there at once where it is asked to, and nothing is said', () => {
    const started = start(ON, 'same-trace');
    expect([inItsTrace(started), started.unfollowed]).toEqual([true, false]);
  });

  it.each(['linked', 'same-trace'] as const)('is not recorded where its primary is not (%s)', (topology) => {
    const started = start(CALLERS, topology, false);
    expect([started.span.isRecording(), started.unfollowed]).toEqual([false, false]);
  });

  it.each(['linked', 'same-trace'] as const)('is linked with its primary both ways (%s)', (topology) => {
    const { span, primary } = start(ON, topology);
    const linksOf = (each: Span): unknown[] =>
      (each as unknown as { links: { context: { spanId: string }; attributes: object }[] }).links.map((link) => [
        link.context.spanId,
        link.attributes,
      ]);
    const pair = { 'understudy.pair.id': 'p' };
    expect(linksOf(span)).toEqual([[primary.spanContext().spanId, { 'understudy.role': 'primary', ...pair }]]);
    expect(linksOf(primary)).toEqual([
      [span.spanContext().spanId, { 'understudy.role': 'shadow', 'understudy.arm': 'candidate', ...pair }],
    ]);
  });
});
