import { setTimeout as sleep } from 'node:timers/promises';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AlwaysOnSampler, TracerProvider } from '@opentelemetry/sdk-trace';
import { UnderstudyInstrumentation } from '@understudy/instrumentation';
import { watchedMeters } from './telemetry.js';

// A service that calls a function many times a second, each call with a long text for an answer, all of them shadowed.
// Run with an IPC channel; it is told by messages. BACKLOG holds what it needs to know.

/** `rate`: calls a second from now on. `counts`: says what has been counted. `end`: flushes what it can, says, and ends. */
export type Told = { readonly do: 'rate'; readonly perSecond: number } | { readonly do: 'counts' | 'end' };
export type Said = { readonly announced: boolean; readonly counts: Readonly<Record<string, number>> };
export interface BacklogProducer {
  readonly queueUrl: string;
  readonly experiment: string;
  readonly seed: number;
  readonly characters: number;
  readonly backlogBytes: number | null;
}

const { queueUrl, experiment, seed, characters, backlogBytes } = JSON.parse(
  process.env['BACKLOG'] ?? '',
) as BacklogProducer;
const tracers = new TracerProvider({ sampler: new AlwaysOnSampler() });
const { meters, read } = watchedMeters(new MeterProvider());
const understudy = new UnderstudyInstrumentation({
  experiments: [
    {
      name: experiment,
      content: 'full',
      candidate: { version: '1' },
      sample: { rate: 1 },
      noise: { rate: 0 },
      slice: { lengthMs: 1000, deadlineMs: 8000 },
      shadow: { timeoutMs: 1500, concurrency: 1000 },
      governor: { eventLoopMs: 10_000, eventLoopShare: 1, pauseMs: 1000 },
      policy: { gates: { errors: {} } },
    },
  ],
  queueUrl,
  environment: {},
  // So many wait in the service, and no more: then what has no place in the queue is dropped.
  limits: { ringTrials: 500, ...(backlogBytes !== null && { backlogBytes }) },
});
understudy.setTracerProvider(tracers);
understudy.setMeterProvider(meters);
understudy.enable();

let state = seed;
/** Letters and digits without a pattern: they compress by a quarter. */
function text(): string {
  const words: string[] = [];
  for (let length = 0; length < characters; length += 7) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    words.push((state + 36 ** 6).toString(36).slice(-7));
  }
  return words.join('');
}
const answer = understudy.shadowed(
  async () => text(),
  async () => text(),
  { experiment, operation: 'generate' },
);

let perSecond = 0;
let running = true;
process.on('message', (told: Told) => {
  if (told.do === 'rate') perSecond = told.perSecond;
  else if (told.do === 'counts') say();
  else running = false;
});
function say(): void {
  process.send?.({ announced: understudy.announced, counts: Object.fromEntries(read()) } satisfies Said);
}

const EVERY_MS = 10;
for (let owed = 0, last = performance.now(); running;) {
  await sleep(EVERY_MS);
  const now = performance.now();
  // What could not be done in time is left out: the rate is what the machine can give.
  owed = Math.min(owed + (perSecond * (now - last)) / 1000, perSecond / 10);
  last = now;
  for (; owed >= 1; owed -= 1) void answer();
}
await understudy.flush(20_000);
await understudy.shutdown(10_000);
say();
process.disconnect();
