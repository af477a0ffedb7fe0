import type { Run } from '@understudy/instrumentation/experiment';
import {
  type Batch,
  batchJobId,
  type ClusterKey,
  createIds,
  encodeBatch,
  type SliceCount,
  type Trial,
} from '@understudy/instrumentation/trial';
import type { Queue } from 'bullmq';
import { answer, failure } from '../evaluator/batches.js';
import { ARMS, type Call, SLICE_MS, TIMEOUT_MS } from './oracle-traffic.js';

/** A call of this producer, by its number among all. */
interface Own {
  readonly index: number;
  readonly call: Call;
  readonly trial: Trial;
}

/** Slices counted again in each batch. */
const COUNTED_AGAIN = 10;

/** A service that publishes what the schedule says at its time, and a network that repeats, reorders and delays its batches. */
export class OracleProducer {
  readonly #queue: Queue<unknown>;
  readonly #run: Run;
  readonly #start: number;
  readonly #name: string;
  readonly #own: readonly Own[];
  readonly #published = new Set<number>();
  /** By number of the call: since when its batch may be on the queue, epoch ms. */
  readonly #sent: Map<number, number>;
  #seq = 0;
  /** A batch that the next one overtakes. */
  #held: Batch | null = null;

  constructor(
    queue: Queue<unknown>,
    run: Run,
    start: number,
    of: { number: number; calls: readonly Call[]; sent: Map<number, number> },
  ) {
    const ids = createIds();
    this.#queue = queue;
    this.#run = run;
    this.#start = start;
    this.#name = `oracle${of.number}`;
    this.#sent = of.sent;
    this.#own = of.calls.flatMap((call, index) =>
      call.producer === of.number
        ? [{ index, call, trial: trialOf(call, index, { run, ids, start, producer: this.#name }) }]
        : [],
    );
  }

  /** Makes the run known, before its first call. */
  async announce(): Promise<void> {
    const { id: run, experiment, definition } = this.#run;
    await this.#put({ ...this.#batch([], false), runs: [{ run, experiment, definition }] });
  }

  /** Publishes all that is resolved by now. Every fifth batch is overtaken, every third comes again, every seventh under another name. */
  async publish(final = false): Promise<void> {
    const now = Date.now();
    const due = this.#own.filter(
      ({ index, call }) => !this.#published.has(index) && this.#start + call.resolvedAt <= now,
    );
    for (const { index } of due) this.#published.add(index);
    const batch = this.#batch(
      due.filter(({ call }) => !call.givenUp),
      final,
    );
    if (batch.seq % 5 === 4 && this.#held === null && !final) {
      this.#held = batch;
      return;
    }
    await this.#put(batch);
    if (this.#held !== null) await this.#put(this.#held);
    this.#held = null;
    if (batch.seq % 3 === 0) await this.#put(batch);
    if (batch.seq % 7 === 0) await this.#put(batch, `${batchJobId(batch.producer, batch.seq)}-again`);
  }

  /** What it had given up comes after all, in a batch of its own. */
  async publishGivenUp(): Promise<void> {
    await this.#put(
      this.#batch(
        this.#own.filter(({ call }) => call.givenUp),
        false,
      ),
    );
  }

  /** Everything once more, in batches of other numbers. */
  async repeatAll(): Promise<void> {
    for (let at = 0; at < this.#own.length; at += 64) await this.#put(this.#batch(this.#own.slice(at, at + 64), false));
  }

  async #put(batch: Batch, jobId: string = batchJobId(batch.producer, batch.seq)): Promise<void> {
    const data = await encodeBatch(batch);
    const numbers = new Map(this.#own.map(({ trial, index }) => [trial.callId, index]));
    for (const { callId } of batch.trials) {
      const index = numbers.get(callId) ?? -1;
      if (!this.#sent.has(index)) this.#sent.set(index, Date.now());
    }
    await this.#queue.add('batch', data, { jobId });
  }

  #batch(own: readonly Own[], final: boolean): Batch {
    const now = Date.now();
    const started = this.#own.filter(({ call }) => this.#start + call.at <= now);
    const open = started.find(({ index }) => !this.#published.has(index));
    const watermark = open === undefined ? now : this.#start + open.call.at;
    const { published, dropped } = legsOf(started, this.#published);
    return {
      v: 1,
      producer: this.#name,
      seq: this.#seq++,
      startedAt: this.#start - SLICE_MS,
      sentAt: now,
      watermark,
      final,
      runs: [],
      totals: { admitted: started.length * ARMS.length, published, dropped },
      slices: this.#counts(started, watermark, now),
      trials: own.map(({ trial }) => trial),
    };
  }

  #counts(started: readonly Own[], watermark: number, now: number): readonly SliceCount[] {
    const sliceOf = (time: number): number => Math.floor(time / SLICE_MS);
    const first = sliceOf(watermark) - COUNTED_AGAIN;
    const slices = new Set(started.map(({ call }) => sliceOf(this.#start + call.at)).filter((slice) => slice >= first));
    return [...slices].flatMap((slice) => {
      const inside = started.filter(({ call }) => sliceOf(this.#start + call.at) === slice);
      const { published, dropped } = legsOf(inside, this.#published);
      const [legs, one, lost] = [inside.length, published / ARMS.length, dropped / ARMS.length];
      return ARMS.map((arm) => ({
        run: this.#run.id,
        slice,
        segment: '_none',
        arm,
        pi: 1,
        eligible: legs,
        sampled: legs,
        skipped: {},
        admitted: legs,
        published: one,
        dropped: lost === 0 ? {} : { ring_full: lost },
        final: (slice + 1) * SLICE_MS <= now && one + lost === legs,
      }));
    });
  }
}

function legsOf(own: readonly Own[], resolved: ReadonlySet<number>): { published: number; dropped: number } {
  const known = own.filter(({ index }) => resolved.has(index));
  const dropped = known.filter(({ call }) => call.givenUp).length;
  return { published: (known.length - dropped) * ARMS.length, dropped: dropped * ARMS.length };
}

interface Made {
  readonly run: Run;
  readonly ids: ReturnType<typeof createIds>;
  readonly start: number;
  readonly producer: string;
}

function trialOf(call: Call, index: number, { run, ids, start, producer }: Made): Trial {
  const startedAt = start + call.at;
  const callId = ids.next(startedAt);
  const timeout = { status: 'error', type: 'timeout', durationMs: TIMEOUT_MS, span: null } as const;
  const said = answer(`answer ${index}`, index);
  const legs = { slow: call.timesOut ? timeout : said, good: said };
  return {
    v: 1,
    callId,
    run: run.id,
    producer,
    segment: '_none',
    cluster: callId.replaceAll('-', '').slice(-16) as ClusterKey,
    pi: 1,
    operation: 'chat',
    stream: false,
    startedAt,
    input: { kind: 'text', messages: [{ role: 'user', parts: [{ type: 'text', content: `question ${index}` }] }] },
    primary: call.primaryFails ? failure : said,
    legs: Object.fromEntries(ARMS.map((arm) => [arm, { ...legs[arm], pairId: ids.next(startedAt) }])),
  };
}
