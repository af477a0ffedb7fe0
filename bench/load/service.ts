// The sources run as they are; the modules below are loaded once this is in place.
import '../../test/ways-of-calling/source-modules.mjs';
import type { ExperimentInput, UnderstudyOptions } from '@understudy/instrumentation';
import type { CallOptions, Tally } from './calls.js';

/** What a service is told at its start. */
export interface ServiceTask {
  readonly calls: CallOptions;
  /** Where calls are functions and not requests: how long one takes, in milliseconds. */
  readonly functionMs?: number;
  readonly perSecond: number;
  /** Keeps so many bytes of every call: what a leak would look like. */
  readonly leakBytes?: number;
  readonly collectorUrl: string;
  /** Null: the service without us. */
  readonly understudy: {
    readonly queueUrl: string;
    readonly experiment: ExperimentInput;
    readonly limits?: NonNullable<UnderstudyOptions['limits']>;
  } | null;
  /**
   * At SIGTERM it starts no more calls, and then: `exit`: shuts us down and exits with 0; `drain`: shuts us down and ends by itself when
   * nothing is left to do; `none`: it has no handler.
   */
  readonly onTerm: 'exit' | 'drain' | 'none';
  /** Of the shutdown, in milliseconds. */
  readonly graceMs: number;
}

/** Its own counters, by name. */
export interface Counts {
  readonly funnel: Readonly<Record<string, number>>;
  readonly dropped: Readonly<Record<string, number>>;
  readonly failures: Readonly<Record<string, number>>;
}

/** What it says each second. MiB; `heap` after a collection, where the process may collect. */
export interface Sample {
  readonly kind: 'sample';
  readonly rss: number;
  readonly heap: number;
  /** By type, what keeps the process busy. */
  readonly handles: Readonly<Record<string, number>>;
  readonly tally: Tally;
  /** Rejections and exceptions that nobody has handled. */
  readonly unhandled: number;
}

/** What it says when it has stopped, after the shutdown. */
export interface Stopped {
  readonly kind: 'stopped';
  readonly tally: Tally;
  readonly counts: Counts;
  readonly unhandled: number;
  /** Milliseconds of the shutdown. */
  readonly shutdownMs: number;
}

const MEBIBYTE = 1024 * 1024;
const SAMPLE_MS = 1000;
/** For the last export. */
const TELEMETRY_MS = 500;
const ANNOUNCE_MS = 60_000;

const { UnderstudyInstrumentation } = await import('@understudy/instrumentation');
const { answerFunction, callFunction, Load, makeCall } = await import('./calls.js');
const { startTelemetry } = await import('./telemetry.js');

const task = JSON.parse(process.argv[2] ?? '') as ServiceTask;
const understudy =
  task.understudy === null
    ? null
    : new UnderstudyInstrumentation({
        environment: {},
        queueUrl: task.understudy.queueUrl,
        experiments: [task.understudy.experiment],
        ...(task.understudy.limits !== undefined && { limits: task.understudy.limits }),
      });
const telemetry = startTelemetry(task.collectorUrl, understudy);
const leaked: number[][] = [];
const load = new Load(callOf());
let unhandled = 0;
process.on('unhandledRejection', () => (unhandled += 1));
process.on('uncaughtException', () => (unhandled += 1));

function callOf(): (number: number, tally: Tally) => Promise<void> {
  const { calls, functionMs, leakBytes = 0 } = task;
  if (functionMs === undefined) {
    return async (number, tally) => {
      await makeCall(number, calls, tally);
      if (leakBytes > 0) leaked.push(Array.from({ length: leakBytes / 8 }, () => number + 0.5));
    };
  }
  const bare = answerFunction(calls, functionMs);
  const ours = understudy?.shadowed(bare, answerFunction(calls, functionMs), {
    experiment: task.understudy?.experiment.name ?? '',
    operation: 'answer',
    input: (_, question) => question,
  });
  return (number, tally) => callFunction(ours ?? bare, number, calls, tally);
}

/** With `--expose-gc`. */
const { gc } = globalThis as { gc?: () => void };

function sample(): Sample {
  gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  const handles: Record<string, number> = {};
  for (const type of process.getActiveResourcesInfo()) handles[type] = (handles[type] ?? 0) + 1;
  const { tally } = load;
  return { kind: 'sample', rss: rss / MEBIBYTE, heap: heapUsed / MEBIBYTE, handles, tally: { ...tally }, unhandled };
}

async function countsNow(): Promise<Counts> {
  return {
    funnel: await telemetry.sums('understudy.funnel', 'stage'),
    dropped: await telemetry.sums('understudy.dropped', 'reason'),
    failures: await telemetry.sums('understudy.failures', 'operation'),
  };
}

/** Callers under way keep their calls: it is their service that stops, not their provider. */
async function stop(): Promise<void> {
  clearInterval(sampling);
  const startedAt = performance.now();
  const callers = load.stop();
  await understudy?.shutdown(task.graceMs);
  const shutdownMs = performance.now() - startedAt;
  const counts = await countsNow();
  if (task.onTerm === 'drain') await callers;
  const stopped: Stopped = { kind: 'stopped', tally: load.tally, counts, unhandled, shutdownMs };
  await new Promise<void>((resolve) => {
    if (process.send === undefined) resolve();
    else process.send(stopped, undefined, undefined, () => resolve());
  });
  await telemetry.shutdown(TELEMETRY_MS);
  if (task.onTerm === 'exit') process.exit(0);
  process.disconnect();
}

if (task.onTerm !== 'none') process.once('SIGTERM', () => void stop());
process.once('disconnect', () => {
  if (task.onTerm === 'none') process.exit(0);
});
const deadline = performance.now() + ANNOUNCE_MS;
while (understudy !== null && !understudy.announced) {
  if (performance.now() > deadline) throw new Error('the queue did not acknowledge the run');
  await new Promise((resolve) => setTimeout(resolve, 20));
}
const sampling = setInterval(() => process.send?.(sample()), SAMPLE_MS);
process.send?.({ kind: 'ready' });
await load.run(task.perSecond);
