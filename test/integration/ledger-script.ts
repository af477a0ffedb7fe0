import {
  AA_ARM,
  type Batch,
  type ClusterKey,
  createIds,
  type RunId,
  type SliceCount,
} from '@understudy/instrumentation/trial';
import { resolveExperiment, type Run, runOf } from '@understudy/instrumentation/experiment';
import { rowsOf } from '../../packages/evaluator/src/evaluator/rows.js';
import type { Ledger, PairRow, QueueView, RegisteredRun } from '../../packages/evaluator/src/ledger/ledger.js';

/** Slices of the scripted runs: a second long, closed by force ten seconds after their end. */
export const LENGTH_MS = 1000;
export const DEADLINE_MS = 10_000;
/** Start of slice 0 of the scripts, on a whole slice. */
export const START = 1_700_000_000_000;
export const FIRST_SLICE = START / LENGTH_MS;

let runs = 0;

/** A run of its own: each matches another model, so each has another id. */
export function scriptedRun(experiment?: string, input: object = {}): Run {
  runs += 1;
  return runOf(
    resolveExperiment({
      name: experiment ?? `experiment-${runs}`,
      candidate: { model: 'small' },
      content: 'full',
      sample: { rate: 1 },
      shadow: { timeoutMs: 5000 },
      slice: { lengthMs: LENGTH_MS, deadlineMs: DEADLINE_MS },
      match: { model: `model-${runs}` },
      policy: { gates: { errors: { margin: 0.01 }, latency_p95: { ratio: 1.2 } } },
      ...input,
    }),
  );
}

/** One leg of one call, as a script has it. */
export interface ScriptedLeg {
  readonly slice: number;
  readonly cluster?: number;
  readonly segment?: string;
  readonly failed?: boolean;
  readonly text?: string;
  readonly durationMs?: number;
}

let producers = 0;

/** A producer that says what a script has it say. Time is the script's: nothing here looks at a clock. */
export class ScriptedProducer {
  readonly id: string;
  readonly run: Run;
  readonly #ids = createIds();
  readonly #startedAt: number;
  readonly #counts = new Map<string, SliceCount>();
  #seq = 0;
  #cluster = 0;

  constructor(run: Run, startedAt: number = START - 5000) {
    producers += 1;
    this.id = `producer${producers}`;
    this.run = run;
    this.#startedAt = startedAt;
  }

  /** The first batch, which announces the run. */
  hello(now: number = this.#startedAt): Batch {
    return this.batch({ now, watermark: this.#startedAt });
  }

  /** Legs that are admitted and will be sent: their counts stay open until {@link finish}. */
  admit(
    legs: readonly ScriptedLeg[],
    more: { readonly unsent?: number; readonly dropped?: number } = {},
  ): readonly PairRow[] {
    const registered: RegisteredRun = { ...this.run, k: 1, registeredAt: START };
    const rows = legs.flatMap((leg) => {
      const { slice, segment = '_none', failed = false, text = 'yes', durationMs = 100 } = leg;
      const startedAt = START + slice * LENGTH_MS + 10;
      this.#cluster += 1;
      const cluster = (leg.cluster ?? 1_000_000 + this.#cluster + producers * 100_000).toString(16).padStart(16, '0');
      const answered = (content: string) =>
        ({
          status: 'ok',
          answer: { kind: 'text', messages: [{ role: 'assistant', parts: [{ type: 'text', content }] }] },
          finish: 'stop',
          usage: null,
          durationMs,
          model: 'm',
          span: null,
        }) as const;
      const shadow = failed ? ({ status: 'error', type: 'HTTP_500', durationMs, span: null } as const) : answered(text);
      return rowsOf(
        {
          v: 1,
          callId: this.#ids.next(startedAt),
          run: this.run.id,
          producer: this.id,
          segment,
          cluster: cluster as ClusterKey,
          pi: 1,
          operation: 'chat',
          stream: false,
          startedAt,
          input: { kind: 'text', messages: [] },
          primary: answered('yes'),
          legs: { candidate: { ...shadow, pairId: this.#ids.next(startedAt) } },
        },
        registered,
        {},
      );
    });
    for (const row of rows) this.#count(row.slice, row.segment, row.arm, { admitted: 1, published: 1, dropped: 0 });
    const slice = FIRST_SLICE + (legs[0]?.slice ?? 0);
    const segment = legs[0]?.segment ?? '_none';
    if (more.unsent)
      this.#count(slice, segment, 'candidate', { admitted: more.unsent, published: more.unsent, dropped: 0 });
    if (more.dropped)
      this.#count(slice, segment, 'candidate', { admitted: more.dropped, published: 0, dropped: more.dropped });
    return rows;
  }

  /** The counts of these slices change no more. */
  finish(...slices: readonly number[]): this {
    for (const [key, count] of this.#counts) {
      if (slices.includes(count.slice - FIRST_SLICE)) this.#counts.set(key, { ...count, final: true });
    }
    return this;
  }

  /** The next batch in sequence, with every count as it is now. */
  batch(options: { now: number; watermark?: number; final?: boolean }): Batch {
    const { now, watermark = START - 1, final = false } = options;
    return {
      v: 1,
      producer: this.id,
      seq: this.#seq++,
      startedAt: this.#startedAt,
      sentAt: now,
      watermark,
      final,
      runs: [{ run: this.run.id, experiment: this.run.experiment, definition: this.run.definition }],
      totals: { admitted: 0, published: 0, dropped: 0 },
      slices: [...this.#counts.values()].map((count) => structuredClone(count)),
      trials: [],
    };
  }

  #count(
    slice: number,
    segment: string,
    arm: string,
    by: { admitted: number; published: number; dropped: number },
  ): void {
    const key = JSON.stringify([slice, segment, arm]);
    const before = this.#counts.get(key);
    const admitted = (before?.admitted ?? 0) + by.admitted;
    const overflow = (before?.dropped['ring_full'] ?? 0) + by.dropped;
    this.#counts.set(key, {
      run: this.run.id,
      slice,
      segment,
      arm,
      pi: 1,
      eligible: admitted,
      sampled: admitted,
      skipped: {},
      admitted,
      published: (before?.published ?? 0) + by.published,
      dropped: overflow > 0 ? { ring_full: overflow } : {},
      final: false,
    });
  }
}

/** Epoch ms of the start of a scripted slice. */
export const at = (slice: number): number => START + slice * LENGTH_MS;

/** So many legs of one slice, alike but for their clusters. */
export const legs = (slice: number, count: number, leg: Partial<ScriptedLeg> = {}): readonly ScriptedLeg[] =>
  Array.from({ length: count }, () => ({ slice, ...leg }));

export const HOLDER = 'evaluator-a';

/** A queue that has always been reachable and holds nothing. */
export const drained = (now: number): QueueView => ({ connectedSince: START - 600_000, handledThrough: now });

/** Takes the lease and closes what can be closed; gives the closed slices of the run, counted from the script's first. */
export async function closeAt(ledger: Ledger, run: Run, now: number, queue: QueueView = drained(now)) {
  await ledger.tryLease(HOLDER, now, 15_000);
  const closed = await ledger.closeSlices({ holder: HOLDER, now, queue });
  await ledger.releaseLease(HOLDER);
  return closed
    .filter((one) => one.run === run.id)
    .map(({ run: _run, ...one }) => ({ ...one, slice: one.slice - FIRST_SLICE }));
}

/** Takes the lease and removes what is old; gives the number of rows removed, of any run. */
export async function compactAt(ledger: Ledger, now: number, queue: QueueView = drained(now)): Promise<number> {
  await ledger.tryLease(HOLDER, now, 15_000);
  const removed = await ledger.compact({ holder: HOLDER, now, queue });
  await ledger.releaseLease(HOLDER);
  return removed;
}

export async function stateOf(ledger: Ledger, run: RunId, now: number, queue: QueueView = drained(now)) {
  const snapshot = await ledger.snapshot({ now, queue });
  const state = snapshot.runs.find((one) => one.run.id === run);
  if (state === undefined) throw new Error(`run ${run} is not in the snapshot`);
  return { ...state, snapshot, candidate: state.arms['candidate']!, noise: state.arms[AA_ARM]! };
}
