import { context, diag, DiagLogLevel, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  InMemorySpanExporter,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { OpenAI } from 'openai';
import { experimentOf, type Report, reportOf, told, until } from '../report.js';

// A service with OpenTelemetry API 1.9, SDK 2 and openai 6. Run as: service.ts MODULE SAMPLER, where MODULE is the file of our package.
const [file = '', sampler = 'on'] = process.argv.slice(2);
const { followLinks, UnderstudyInstrumentation } = (await import(file)) as typeof import('@understudy/instrumentation');

const world = told();
const warnings: string[] = [];
const warn = (message: string): void => void warnings.push(message);
const silent = (): void => undefined;
diag.setLogger({ error: warn, warn, info: silent, debug: silent, verbose: silent }, DiagLogLevel.WARN);
const exporter = new InMemorySpanExporter();
const tracers = new BasicTracerProvider({
  sampler:
    sampler === 'on' ? new AlwaysOnSampler() : followLinks(new ParentBasedSampler({ root: new AlwaysOffSampler() })),
  spanProcessors: [new SimpleSpanProcessor(exporter)],
});
trace.setGlobalTracerProvider(tracers);
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

// The global provider is found through the API alone.
const understudy = new UnderstudyInstrumentation({
  experiments: [experimentOf(world) as never],
  queueUrl: world.queueUrl,
  environment: {},
});
understudy.enable();
await until(() => understudy.announced);
const client = new OpenAI({ apiKey: 'k', baseURL: `${world.origin}/plain/v1` });
const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
const tracer = tracers.getTracer('service');
if (sampler === 'on') {
  await tracer.startActiveSpan('one', async (span) => {
    await client.chat.completions.create(request);
    span.end();
  });
} else {
  // Another service has sampled its request, and says so.
  const remote = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1, isRemote: true };
  await context.with(trace.setSpanContext(context.active(), remote), () => client.chat.completions.create(request));
  await client.chat.completions.create(request);
}
await understudy.flush(10_000);
const report: Report = { spans: exporter.getFinishedSpans().map(reportOf), metrics: {}, warnings };
process.stdout.write(JSON.stringify(report), () => process.exit(0));
