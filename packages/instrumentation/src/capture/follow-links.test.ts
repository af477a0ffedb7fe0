import { type Link, ROOT_CONTEXT, SpanKind, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';
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
import { followLinks } from './follow-links.js';

const SHADOW = { 'understudy.role': 'shadow' };
const primary = (traceFlags: TraceFlags): SpanContext => ({
  traceId: 'a'.repeat(32),
  spanId: 'b'.repeat(16),
  traceFlags,
});
const linkTo = (traceFlags: TraceFlags): Link => ({
  context: primary(traceFlags),
  attributes: { 'understudy.role': 'primary' },
});

function recorded(
  sampler: Sampler,
  options: { attributes?: Record<string, string>; links?: Link[]; parent?: TraceFlags },
): boolean {
  const provider = new TracerProvider({
    sampler: followLinks(sampler),
    spanProcessors: [new SimpleSpanProcessor({ exporter: new InMemorySpanExporter() })],
  });
  const { parent, ...rest } = options;
  const around = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, primary(parent));
  return provider
    .getTracer('test')
    .startSpan('chat', { ...rest, root: parent === undefined }, around)
    .isRecording();
}

const OFF = new ParentBasedSampler({ root: new AlwaysOffSampler() });
const ON = new ParentBasedSampler({ root: new AlwaysOnSampler() });

describe('followLinks', () => {
  it('records the shadow of a primary that is sampled, whatever the sampler would say', () => {
    expect(recorded(OFF, { attributes: SHADOW, links: [linkTo(TraceFlags.SAMPLED)] })).toBe(true);
  });

  it('does not record the shadow of a primary that is not', () => {
    expect(recorded(ON, { attributes: SHADOW, links: [linkTo(TraceFlags.NONE)] })).toBe(false);
  });

  it('looks for the primary among the links', () => {
    const other: Link = { context: primary(TraceFlags.NONE) };
    expect(recorded(OFF, { attributes: SHADOW, links: [other, linkTo(TraceFlags.SAMPLED)] })).toBe(true);
  });

  it.each([
    ['a span that is no shadow', { links: [linkTo(TraceFlags.SAMPLED)] }],
    ['a shadow without a primary', { attributes: SHADOW, links: [{ context: primary(TraceFlags.SAMPLED) }] }],
    [
      'a shadow in the trace of its primary',
      { attributes: SHADOW, links: [linkTo(TraceFlags.SAMPLED)], parent: TraceFlags.NONE },
    ],
    ['a span without links', {}],
  ])('leaves %s to the sampler', (_what, span) => {
    expect(recorded(OFF, span)).toBe(false);
  });

  it('gives the sampler everything it was given, and its result back', () => {
    const result = { decision: 1, attributes: { a: 1 } };
    const seen: unknown[] = [];
    const sampler = followLinks({
      shouldSample: (...all: unknown[]) => {
        seen.push(...all);
        return result;
      },
      toString: () => 'Mine{0.1}',
    });
    const all = [ROOT_CONTEXT, 'c'.repeat(32), 'GET /', SpanKind.SERVER, { b: 2 }, []] as const;
    expect(sampler.shouldSample(...(all as unknown as Parameters<typeof sampler.shouldSample>))).toBe(result);
    expect(seen).toEqual(all);
    expect(String(sampler)).toBe('Mine{0.1}');
  });
});
