import { context, metrics, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { NoopSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createCapture } from '../../packages/instrumentation/dist/capture/capture.js';
import { DIALECTS } from '../../packages/instrumentation/dist/dialect/registry.js';
import { globalTap } from '../../packages/instrumentation/dist/tap/global-tap.js';

/** One measurement in a process of its own: `client.ts MODE WORKLOAD PORT CALLS`; prints the CPU of one call in microseconds. */
const [mode, workload, port, count] = process.argv.slice(2) as [string, string, string, string];

// The service has OpenTelemetry with or without us: only our part is to be seen.
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
const provider = new TracerProvider({ spanProcessors: [new NoopSpanProcessor()] });
const tracer = provider.getTracer('bench');
const meter = metrics.getMeter('bench');
trace.setGlobalTracerProvider(provider);

if (mode !== 'bare' && mode !== 'by_hand') {
  globalTap(
    createCapture({
      dialects: DIALECTS,
      tracer: () => tracer,
      meter: () => meter,
      listener: mode === 'sampled' ? (call) => call.keepAnswer() : () => undefined,
    }),
  ).install();
}

const prompt = workload === 'prompt' ? 'All work and no "play" makes Jack\na dull boy. '.repeat(690) : 'Hello';
const stream = workload === 'stream';
const body = JSON.stringify({
  model: 'gpt-5',
  messages: [{ role: 'user', content: prompt }],
  temperature: 0.5,
  stream,
});
const url = `http://127.0.0.1:${port}/${stream ? 'stream' : 'json'}/v1/chat/completions`;
const headers = { 'content-type': 'application/json', authorization: 'Bearer sk-bench' };

/** What a service would write itself: the same span, named and numbered from what is at hand. */
async function callByHand(): Promise<void> {
  const attributes = {
    'gen_ai.operation.name': 'chat',
    'gen_ai.provider.name': 'openai',
    'gen_ai.request.model': 'gpt-5',
    'gen_ai.request.temperature': 0.5,
    'server.address': '127.0.0.1',
    'server.port': Number(port),
  };
  const span = tracer.startSpan('chat gpt-5', { kind: SpanKind.CLIENT, attributes });
  await context.with(trace.setSpan(context.active(), span), call);
  span.setAttributes({
    'gen_ai.response.id': 'chatcmpl-bench',
    'gen_ai.response.model': 'gpt-5-2026',
    'gen_ai.response.finish_reasons': ['stop'],
    'gen_ai.usage.input_tokens': 10,
    'gen_ai.usage.output_tokens': 9,
  });
  span.end();
}

async function call(): Promise<void> {
  const response = await fetch(url, { method: 'POST', headers, body });
  if (stream) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>)
      if (chunk.length === 0) throw new Error('empty');
  } else {
    await response.text();
  }
}

const once = mode === 'by_hand' ? callByHand : call;
const calls = Number(count);
for (let index = 0; index < calls; index += 1) await once();
const before = process.cpuUsage();
for (let index = 0; index < calls; index += 1) await once();
const { user, system } = process.cpuUsage(before);
process.stdout.write(String((user + system) / calls), () => process.exit(0));
