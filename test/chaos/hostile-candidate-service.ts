import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { context } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type ReadableSpan, TracerProvider } from '@opentelemetry/sdk-trace';
// The sources run as they are; the modules below are loaded once this is in place.
import '../ways-of-calling/source-modules.mjs';
import type { HostileOrder, HostileReport, LegSeen } from './hostile-candidate.js';

const { bodyOf, WARM_UP } = await import('./hostile-candidate-provider.js');
const { UnderstudyInstrumentation } = await import('../../packages/instrumentation/src/index.js');

// A service that calls its model at a steady rate while a candidate attacks it, and says at its end what it noticed.
const order = JSON.parse(process.env['HOSTILE'] ?? '') as HostileOrder;
let failures = 0;
process.on('uncaughtException', (error) => {
  failures += 1;
  writeSync(2, `${error.stack ?? error.message}\n`);
});
process.on('unhandledRejection', (error) => {
  failures += 1;
  writeSync(2, `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
});

/** Whom this process connects to. */
const hosts = new Set<string>();
const connect = Reflect.get(Socket.prototype, 'connect') as (...args: unknown[]) => Socket;
Reflect.set(Socket.prototype, 'connect', function (this: Socket, ...args: unknown[]): Socket {
  const first = args.flat()[0] as { readonly host?: string; readonly port?: unknown } | undefined;
  hosts.add(`${first?.host ?? 'localhost'}:${String(first?.port)}`);
  return connect.apply(this, args);
});

const legs: LegSeen[] = [];
let started = 0;
const isShadow = ({ attributes }: Pick<ReadableSpan, 'attributes'>): boolean =>
  attributes['understudy.role'] === 'shadow';
const tracers = new TracerProvider({
  spanProcessors: [
    {
      onStart: (span) => void (started += isShadow(span) ? 1 : 0),
      onEnd: (span) => {
        if (!isShadow(span)) return;
        const [seconds, nanoseconds] = span.duration;
        const type = span.attributes['error.type'] ?? span.attributes['understudy.drop.reason'];
        legs.push({ type: typeof type === 'string' ? type : 'ok', ms: seconds * 1000 + nanoseconds / 1e6 });
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
  ],
});
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());

const understudy =
  order.candidate === null
    ? null
    : new UnderstudyInstrumentation({
        queueUrl: order.queue,
        environment: {},
        experiments: [
          {
            name: 'hostile',
            candidates: { hostile: { baseUrl: order.candidate, model: 'hostile' } },
            sample: { rate: 1 },
            noise: { rate: 0 },
            policy: { gates: { errors: { margin: 0.05 } } },
            shadow: { timeoutMs: order.timeoutMs },
            // The attack goes on, whatever it does to the host: that it does nothing is what is shown.
            governor: { pauseMs: 0, eventLoopMs: 10_000, eventLoopShare: 1, heapShare: 0.99 },
          },
        ],
      });
understudy?.setTracerProvider(tracers);
understudy?.enable();

/** Whether the answer is the provider's, to the last byte. */
async function ask(number: number, about: string): Promise<boolean> {
  const asked = { stream: number % 2 === 1, messages: [{ role: 'user', content: `${about} ${number}` }] };
  const response = await fetch(`${order.provider}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-primary' },
    body: JSON.stringify({ model: 'incumbent', ...asked }),
  });
  return (await response.text()) === bodyOf(asked);
}

const delay = monitorEventLoopDelay({ resolution: 1 });
let rss = 0;
const watching = setInterval(() => (rss = Math.max(rss, process.memoryUsage.rss())), 20);

/** Calls at a steady rate for so long. Gives back how many were made and how many came back as they were. */
async function call(ms: number, about: string): Promise<{ calls: number; right: number }> {
  const pending: Promise<boolean>[] = [];
  const from = performance.now();
  for (let due = 0; due < ms; due += 1000 / order.perSecond) {
    await sleep(Math.max(0, from + due - performance.now()));
    pending.push(ask(pending.length, about).catch(() => false));
  }
  const answers = await Promise.all(pending);
  return { calls: answers.length, right: answers.filter(Boolean).length };
}

while (understudy !== null && !understudy.announced) await sleep(10);
await call(order.warmUpMs, WARM_UP);
// What is still open of the good ones ends before the attack, and is not counted.
while (legs.length < started) await sleep(5);
legs.length = 0;
started = 0;
delay.enable();
const { calls, right } = await call(order.ms, 'question');
// What the last calls have started ends in its time.
const until = performance.now() + order.timeoutMs + 1000;
while (legs.length < started && performance.now() < until) await sleep(20);
delay.disable();
const report: HostileReport = {
  calls,
  right,
  failures,
  legs,
  open: started - legs.length,
  hosts: [...hosts],
  rss,
  p99Ms: delay.percentile(99) / 1e6,
  maxMs: delay.max / 1e6,
};
clearInterval(watching);
await understudy?.shutdown(1000);
writeSync(1, `${JSON.stringify(report)}\n`);
process.exit(0);
