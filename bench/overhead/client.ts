import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { type ReadableSpan, type SpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type OpenAI from 'openai';
import { ARMS, type Arm, type ArmName, BY_HAND, loadAll, type Surroundings } from './arms.js';
import { WORKLOADS, type WorkloadName } from './workloads.js';

/** What one process is asked to measure. */
export interface Task {
  readonly arm: ArmName;
  readonly workload: WorkloadName;
  readonly calls: number;
  /** Calls under way at a time, as in a service: a process that sleeps between calls mostly measures how it is woken. */
  readonly concurrency: number;
  /** Folder that holds the SDK under test. */
  readonly packages: string;
  readonly build: string;
  readonly port: number;
  readonly queueUrl: string;
  /** Where to write a profile of the calls that are measured; it makes them slower. */
  readonly profile?: string;
}

/** What it found, per call. CPU in microseconds, of the whole process, the collection of garbage included. */
export interface Measurement {
  readonly cpu: number;
  readonly spans: number;
  readonly shadows: number;
}

/** Counts instead of exporting: exporters cost every arm the same. */
class Counting implements SpanProcessor {
  calls = 0;
  shadows = 0;
  onStart(): void {
    // Only ended spans count: one that leaks is as good as none.
  }
  onEnd(span: ReadableSpan): void {
    if (span.attributes['understudy.role'] === 'shadow') this.shadows += 1;
    else this.calls += 1;
  }
  forceFlush(): Promise<void> {
    return Promise.resolve();
  }
  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** Without loading and warming up, which are most of what `--cpu-prof` shows. */
async function startProfile(): Promise<() => Promise<object>> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 100 });
  await session.post('Profiler.start');
  return async () => (await session.post('Profiler.stop')).profile;
}

async function measure(task: Task): Promise<Measurement> {
  const { arm: name, port, calls } = task;
  const { prompt, stream } = WORKLOADS[task.workload];
  // The service has OpenTelemetry with or without an instrumentation: only the instrumentation is to be seen.
  const counting = new Counting();
  const tracers = new TracerProvider({ spanProcessors: [counting] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);

  const tracer = tracers.getTracer('bench');
  const load = createRequire(join(task.packages, 'service.js'));
  const behaviour = stream ? 'stream' : 'json';
  const arm: Arm = ARMS[name];
  const around: Surroundings = {
    tracers,
    meters,
    tracer,
    load,
    build: task.build,
    candidateUrl: `http://127.0.0.1:${port}/${behaviour}/v1`,
    queueUrl: task.queueUrl,
  };
  await loadAll(around, name);
  const settled = await arm.setUp(around);
  const { OpenAI: Client } = load('openai') as { OpenAI: typeof OpenAI };
  const client = new Client({ apiKey: 'sk-bench', baseURL: `http://127.0.0.1:${port}/${behaviour}/v1`, maxRetries: 0 });
  const request = {
    model: 'gpt-5',
    messages: [{ role: 'user' as const, content: prompt }],
    temperature: 0.5,
  };

  const call = async (): Promise<string> => {
    if (!stream) return (await client.chat.completions.create(request)).model;
    let model = '';
    for await (const chunk of await client.chat.completions.create({
      ...request,
      stream: true,
      stream_options: { include_usage: true },
    })) {
      ({ model } = chunk);
    }
    return model;
  };
  /** What a service would write itself: the same span, named and numbered from what is at hand. */
  const callByHand = async (): Promise<string> => {
    const span = tracer.startSpan(BY_HAND.name, {
      kind: BY_HAND.kind,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5',
        'gen_ai.request.temperature': 0.5,
        'server.address': '127.0.0.1',
        'server.port': port,
      },
    });
    const model = await context.with(trace.setSpan(context.active(), span), call);
    span.setAttributes({
      'gen_ai.response.id': 'chatcmpl-bench',
      'gen_ai.response.model': model,
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 10,
      'gen_ai.usage.output_tokens': 9,
    });
    span.end();
    return model;
  };
  const once = name === 'by_hand' ? callByHand : call;
  const many = async (): Promise<void> => {
    let started = 0;
    const caller = async (): Promise<void> => {
      while (started < calls) {
        started += 1;
        if ((await once()) !== 'gpt-5-2026') throw new Error('not the answer that was sent');
      }
    };
    await Promise.all(Array.from({ length: task.concurrency }, caller));
    // Some end their span, and ours its shadows, a little after the caller has the answer.
    await settled();
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  };

  await many();
  const spans = { calls: counting.calls, shadows: counting.shadows };
  const profiled = task.profile === undefined ? null : await startProfile();
  const before = process.cpuUsage();
  await many();
  const { user, system } = process.cpuUsage(before);
  if (profiled !== null && task.profile !== undefined) writeFileSync(task.profile, JSON.stringify(await profiled()));
  return {
    cpu: (user + system) / calls,
    spans: (counting.calls - spans.calls) / calls,
    shadows: (counting.shadows - spans.shadows) / calls,
  };
}

const measurement = await measure(JSON.parse(process.argv[2] ?? '') as Task);
process.stdout.write(JSON.stringify(measurement), () => process.exit(0));
