import { metrics, SpanKind, trace } from '@opentelemetry/api';

/** The GenAI conventions' advice: powers of two from 10 ms, powers of four from one token. */
const SECONDS = Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power);
const TOKENS = Array.from({ length: 14 }, (_, power) => 4 ** power);

interface Answer {
  readonly id?: string;
  readonly model?: string;
  readonly usage?: { readonly prompt_tokens: number; readonly completion_tokens: number };
}

/**
 * What the GenAI conventions ask of a call, and nothing else, as a service would write it around its own call: a CLIENT span and
 * three points of two histograms. The least that any instrumentation costs. It is handed what the caller has anyhow, the text of the answer.
 *
 * @returns Begins a call; what that returns ends it.
 */
export function byHand(url: URL): () => (text: string) => void {
  const tracer = trace.getTracer('by-hand');
  const meter = metrics.getMeter('by-hand');
  const duration = meter.createHistogram('gen_ai.client.operation.duration', {
    unit: 's',
    advice: { explicitBucketBoundaries: SECONDS },
  });
  const tokens = meter.createHistogram('gen_ai.client.token.usage', {
    unit: '{token}',
    advice: { explicitBucketBoundaries: TOKENS },
  });
  const asked = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'server.address': url.hostname,
    'server.port': Number(url.port),
  };
  return () => {
    const startedAt = performance.now();
    const span = tracer.startSpan('chat gpt-5', { kind: SpanKind.CLIENT, attributes: asked });
    return (text) => {
      const { id = '', model = '', usage } = (text.startsWith('{') ? JSON.parse(text) : {}) as Answer;
      const attributes = { ...asked, 'gen_ai.response.model': model };
      duration.record((performance.now() - startedAt) / 1000, attributes);
      tokens.record(usage?.prompt_tokens ?? 10, { ...attributes, 'gen_ai.token.type': 'input' });
      tokens.record(usage?.completion_tokens ?? 9, { ...attributes, 'gen_ai.token.type': 'output' });
      span.setAttributes({
        'gen_ai.response.id': id,
        'gen_ai.response.model': model,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': usage?.prompt_tokens ?? 10,
        'gen_ai.usage.output_tokens': usage?.completion_tokens ?? 9,
      });
      span.end();
    };
  };
}
