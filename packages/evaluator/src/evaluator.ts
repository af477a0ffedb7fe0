import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Seal } from '@understudy/instrumentation/trial';
import { type EvaluatorConfig, RETENTION_MS, type Secrets, secretsOf } from './config.js';
import type { Standing } from './decide/standing.js';
import type { Report } from './emit/ledger-metrics.js';
import { type Emitter, startEmitter } from './emit/telemetry.js';
import { createHandlers } from './evaluator/consume.js';
import { createEmbedder } from './evaluator/embedding/embedder.js';
import { keepCheckingSetup } from './evaluator/check-setup.js';
import { keepGuiding } from './evaluator/guide.js';
import { StoreError } from './errors.js';
import { keepBudgets } from './evaluator/keep-budgets.js';
import { startOutputs } from './evaluator/start-outputs.js';
import { startJudging } from './evaluator/judging/start-judging.js';
import { keepLooking, look, type Looking } from './evaluator/look.js';
import { createNoting } from './evaluator/noting.js';
import { openStores } from './evaluator/stores.js';
import type { VerdictChange } from './ledger/change.js';
import type { ClosedSlice, Rejection } from './ledger/ledger.js';
import { openBudgets } from './queue/budgets.js';
import { consumeBatches } from './queue/consume-batches.js';
import { loadDetector } from './score/detector.js';
import { scorersWith } from './score/registry.js';
import { openSettings } from './queue/settings.js';
import type { QueueState } from './queue/queue-watch.js';

export interface EvaluatorOptions {
  readonly config: Pick<EvaluatorConfig, 'queueUrl' | 'ledgerUrl' | 'telemetry'> &
    Partial<Pick<EvaluatorConfig, 'retentionMs' | 'source' | 'listen' | 'webhooks' | 'experiments'>>;
  /** Opens what services seal, and seals what was said in the ledger. Default: nothing is sealed. */
  readonly seal?: Seal | null;
  /** Where the keys of judges are. Default: the environment and files of this process. */
  readonly secrets?: Secrets;
  /** `/api/verdict` passes what the judge alone has passed. Default false. */
  readonly acceptProvisional?: boolean;
  /** Told of what happens, for a log. None may throw. */
  readonly events?: Partial<EvaluatorEvents>;
  /** Ends the evaluator as `close` does. */
  readonly signal?: AbortSignal;
  /** An embedded store is kept in memory only. Default false. */
  readonly memory?: boolean;
}

export interface EvaluatorEvents {
  /** After each look at the ledger; null where another replica holds the lease. */
  onReport(report: Report | null): void;
  onClosed(slices: readonly ClosedSlice[]): void;
  /** A run was stopped, for the first time. */
  onTransition(standing: Standing): void;
  onRejected(rejections: readonly Rejection[]): void;
  /** A verdict is not what it was, and the ledger knows it now. */
  onChange(change: VerdictChange): void;
  /** Something failed and is tried again: what, and why. */
  onError(what: string, error: unknown): void;
}

/** A running evaluator. */
export interface Evaluator {
  /** Its name among the replicas. */
  readonly holder: string;
  /** Where it answers `/api/verdict`; null: nowhere. */
  readonly url: string | null;
  /** The last look at the ledger; null where another replica holds the lease. */
  report(): Report | null;
  /** Looks now: closes what can be closed, decides, and returns what it saw. */
  look(): Promise<Report | null>;
  queueState(): Promise<QueueState>;
  /** Resolves when another process served its embedded store and is gone: this evaluator can only be closed, and started anew. */
  readonly gone: Promise<void>;
  /** Finishes the jobs at hand, looks a last time, sends what is left, and lets go of everything, within about `timeoutMs` (default 10,000). */
  close(timeoutMs?: number): Promise<void>;
}

const CLOSE_MS = 10_000;

/**
 * Starts the evaluator: it stores and scores what is on the queue, and, of all replicas one, closes slices, decides and
 * emits. Rejects where a store cannot be opened.
 */
export async function startEvaluator(options: EvaluatorOptions): Promise<Evaluator> {
  const { config, events = {}, signal, seal = null } = options;
  const holder = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const now = Date.now;
  let report: Report | null = null;
  const detect = await loadDetector();
  const scorers = scorersWith(detect);
  const stores = await openStores(config, { memory: options.memory ?? false, seal });
  const emitter: Emitter = startEmitter(config.telemetry, () => report);
  const outputs = await startOutputs(
    {
      config,
      acceptProvisional: options.acceptProvisional ?? false,
      ledger: stores.ledger,
      holder,
      emitter,
      report: () => report,
      now,
      onError: (what, error) => events.onError?.(what, error),
      onChange: (change) => events.onChange?.(change),
    },
    async () => {
      await emitter.close(0);
      await stores.close();
    },
  );
  const budgets = openBudgets(stores.queue);
  const secrets = options.secrets ?? secretsOf();
  const judging = startJudging({
    store: stores.queue,
    ledger: stores.ledger,
    budgets,
    secrets,
    source: config.source ?? '',
    now,
    onError: (error) => events.onError?.('judge', error),
    onJudged: (pair, judged) => emitter.judged(pair, judged),
  });
  const embedder = createEmbedder({
    ledger: stores.ledger,
    budgets,
    secrets,
    now,
    onError: (error) => events.onError?.('embeddings', error),
  });
  const handlers = createHandlers({
    ledger: stores.ledger,
    emitter,
    seal,
    now,
    judging,
    scorers,
    embedder,
    noting: createNoting(stores.ledger.judging, detect),
    onBroken: (scorer, error) => events.onError?.(`scorer ${scorer}`, error),
    onRejected: (rejections) => events.onRejected?.(rejections),
  });
  const consumer = consumeBatches({
    store: stores.queue,
    handle: (job) => handlers.handle(job),
    aside: (job, error) => handlers.aside(job, error),
    onError: (error) => events.onError?.('queue', error),
  });
  const looking: Looking = {
    ledger: stores.ledger,
    holder,
    queue: () => consumer.state(),
    now,
    retentionMs: config.retentionMs === undefined ? RETENTION_MS : config.retentionMs,
    onReport: (next) => {
      report = next;
      events.onReport?.(next);
    },
    onClosed: (slices) => events.onClosed?.(slices),
    onTransition: (standing) => events.onTransition?.(standing),
    onError: (error) => events.onError?.('look', error),
  };
  const stop = new AbortController();
  const looks = oneAtATime(() => look(looking));
  const kept = keepLooking(looks, looking, stop.signal);
  const onError = (error: unknown): void => events.onError?.('control', error);
  const settings = openSettings(stores.queue, onError);
  const guided = keepGuiding({ settings, ledger: stores.ledger, report: () => report, now, onError }, stop.signal);
  const spending = keepBudgets(
    {
      budgets,
      ledger: stores.ledger,
      report: () => report,
      onError: (error) => events.onError?.('budget', error),
    },
    stop.signal,
  );

  const { tracesUrl, metricsUrl } = config.telemetry;
  const setup = keepCheckingSetup(
    {
      config,
      exports: tracesUrl !== null || metricsUrl !== null || (config.listen ?? null) !== null,
      ledger: stores.ledger,
      report: () => report,
      queue: () => consumer.state(),
      now,
      onFound: (error) => events.onError?.('set up wrong', error),
      onError: (error) => events.onError?.('setup', error),
    },
    stop.signal,
  );

  async function lookNow(): Promise<Report | null> {
    const seen = await looks();
    looking.onReport(seen);
    return seen;
  }

  async function close(timeoutMs: number): Promise<void> {
    const failed = (error: unknown): void => events.onError?.('close', error);
    const consumed = consumer.close(timeoutMs / 2).catch(failed);
    // What still waits for vectors after a while is put back.
    const patience = setTimeout(embedder.stop, timeoutMs / 4);
    await consumed;
    clearTimeout(patience);
    embedder.stop();
    await within(timeoutMs / 2, judging.close(timeoutMs / 4)).catch(failed);
    stop.abort();
    await within(timeoutMs / 4, kept.then(lookNow)).catch(failed);
    await within(timeoutMs / 4, outputs.close()).catch(failed);
    await within(timeoutMs / 4, guided.then(settings.close)).catch(failed);
    await within(timeoutMs / 4, setup).catch(failed);
    await within(timeoutMs / 4, embedder.close()).catch(failed);
    await within(timeoutMs / 4, spending.then(budgets.close)).catch(failed);
    await emitter.close(timeoutMs / 4);
    const released = stores.ledger.releaseLease(holder).catch(failed);
    await within(
      timeoutMs / 2,
      released.then(() => stores.close()),
    ).catch(failed);
  }

  let closed: Promise<void> | null = null;
  const evaluator: Evaluator = {
    holder,
    url: outputs.url,
    report: () => report,
    look: lookNow,
    queueState: () => consumer.state(),
    gone: stores.gone,
    close: (timeoutMs = CLOSE_MS) => (closed ??= close(timeoutMs)),
  };
  const onAbort = (): void => void evaluator.close();
  if (signal?.aborted === true) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  return evaluator;
}

/** A database that is silent answers nothing, and no statement can be taken back: what is under way is left behind. */
async function within(timeoutMs: number, work: Promise<unknown>): Promise<void> {
  const limit = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: limit.signal }).then(() => {
    throw new StoreError(`the store did not answer within ${timeoutMs} ms`);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    limit.abort();
    late.catch(() => undefined);
    work.catch(() => undefined);
  }
}

/** A second caller waits for the one under way, and then for its own. */
function oneAtATime<Value>(run: () => Promise<Value>): () => Promise<Value> {
  let last: Promise<unknown> = Promise.resolve();
  return () => {
    const next = last.then(run, run);
    last = next.catch(() => undefined);
    return next;
  };
}
