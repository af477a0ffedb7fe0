import {
  resolveExperiment,
  runOf,
  type ExperimentInput,
  QUEUES,
  type Run,
} from '@understudy/instrumentation/experiment';
import {
  type Batch,
  batchJobId,
  type ClusterKey,
  createIds,
  encodeBatch,
  type Leg,
  type SliceCount,
  type Trial,
} from '@understudy/instrumentation/trial';
import type { Queue } from 'bullmq';

/** A run of the test's own: slices of a second that close soon. A run is what decides, so each has a candidate of its own. */
export function testRun(name: string, change: Partial<ExperimentInput> = {}): Run {
  return runOf(
    resolveExperiment({
      name,
      candidates: { small: { model: `small for ${name}` } },
      sample: { rate: 1 },
      noise: { rate: 1 },
      content: 'full',
      policy: { minPairs: 100, gates: { errors: { margin: 0.1 }, similarity: { margin: 0.1 } } },
      slice: { lengthMs: 1000, deadlineMs: 3000 },
      shadow: { timeoutMs: 1000 },
      ...change,
    }),
  );
}

export function answer(content: string, index = 0): Leg {
  return {
    status: 'ok',
    answer: { kind: 'text', messages: [{ role: 'assistant', parts: [{ type: 'text', content }] }] },
    finish: 'stop',
    usage: { inputTokens: 7, outputTokens: 9 },
    durationMs: 20,
    model: 'm',
    span: { traceId: (index + 1).toString(16).padStart(32, '0'), spanId: (index + 1).toString(16).padStart(16, '0') },
  };
}

/** The start of the slice that a time lies in: calls of less than a second from it on close together. */
export const wholeSlice = (time: number): number => Math.floor(time / 1000) * 1000;

export const failure: Leg = { status: 'error', type: '500', durationMs: 5, span: null };

/** A producer made by hand: trials go in, batches with counts that add up come out. */
export class HandProducer {
  readonly id: string;
  readonly run: Run;
  readonly #ids = createIds();
  readonly #startedAt: number;
  #seq = 0;
  #trials: Trial[] = [];
  readonly #counts = new Map<string, { slice: number; segment: string; arm: string; legs: number }>();

  constructor(id: string, run: Run, startedAt: number) {
    this.id = id;
    this.run = run;
    this.#startedAt = startedAt;
  }

  /** One trial that started at `startedAt`, epoch ms. */
  call(startedAt: number, primary: Leg, legs: Readonly<Record<string, Leg>>, segment = '_none'): Trial {
    const callId = this.#ids.next(startedAt);
    const trial: Trial = {
      v: 1,
      callId,
      run: this.run.id,
      producer: this.id,
      segment,
      cluster: callId.replaceAll('-', '').slice(-16) as ClusterKey,
      pi: 1,
      operation: 'chat',
      stream: false,
      startedAt,
      input: { kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content: `question ${callId}` }] }] },
      primary,
      legs: Object.fromEntries(
        Object.entries(legs).map(([arm, leg]) => [arm, { ...leg, pairId: this.#ids.next(startedAt) }]),
      ),
    };
    this.#trials.push(trial);
    for (const arm of Object.keys(legs))
      this.#admit(Math.floor(startedAt / this.run.definition.slice.lengthMs), segment, arm);
    return trial;
  }

  #admit(slice: number, segment: string, arm: string): void {
    const key = `${slice} ${segment} ${arm}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.legs += 1;
    else this.#counts.set(key, { slice, segment, arm, legs: 1 });
  }

  /** The next batch with everything since the last; the first one announces the run. */
  batch(change: Partial<Batch> = {}): Batch {
    const now = Date.now();
    const counts = [...this.#counts.values()];
    const admitted = counts.reduce((sum, { legs }) => sum + legs, 0);
    const trials = this.#trials;
    this.#trials = [];
    const { id: run, experiment, definition } = this.run;
    return {
      v: 1,
      producer: this.id,
      seq: this.#seq++,
      startedAt: this.#startedAt,
      sentAt: now,
      watermark: now,
      final: false,
      runs: this.#seq === 1 ? [{ run, experiment, definition }] : [],
      totals: { admitted, published: admitted, dropped: 0 },
      slices: counts.map(({ slice, segment, arm, legs }) => this.#count(slice, segment, arm, legs)),
      trials,
      ...change,
    };
  }

  #count(slice: number, segment: string, arm: string, legs: number): SliceCount {
    const common = {
      eligible: legs,
      sampled: legs,
      skipped: {},
      admitted: legs,
      published: legs,
      dropped: {},
      final: true,
    };
    return { run: this.run.id, slice, segment, arm, pi: 1, ...common };
  }
}

/** Puts a batch on the queue as a service does. */
export async function enqueue(queue: Queue<unknown>, batch: Batch): Promise<void> {
  await queue.add('batch', await encodeBatch(batch), { jobId: batchJobId(batch.producer, batch.seq) });
}

export const PAIRS: string = QUEUES.pairs;
