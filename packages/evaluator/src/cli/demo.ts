import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { telemetryFrom } from '../config.js';
import type { Standing } from '../decide/standing.js';
import type { Report } from '../emit/ledger-metrics.js';
import { UnderstudyError } from '../errors.js';
import { type Evaluator, startEvaluator } from '../evaluator.js';
import { startService } from './demo/service-process.js';
import { CANDIDATE, CANDIDATES, demoExperiment, INCUMBENT, RATE } from './demo/experiment.js';
import type { FromService } from './demo/messages.js';
import { startProviders } from './demo/providers-process.js';
import { type DemoResult, renderIntroduction, renderProgress, renderResult } from './demo/render.js';
import { EXIT } from './exit-codes.js';
import { errorText } from './foreign-text.js';
import { verdictJson } from './render-verdict.js';
import { untilSignal } from './signals.js';
import { jsonText, type Output } from './terminal.js';

export interface DemoOptions {
  readonly candidate: string;
  readonly calls: number;
  readonly seed: number;
  readonly json?: boolean | undefined;
  readonly keep?: boolean | undefined;
}

const INTERRUPTED = 130;
const METRIC_INTERVAL_MS = 2000;
/** After the last call: shadows in flight, batches under way, and the deadline of a slice that misses something. */
const SETTLE_MS = 65_000;
const PLAIN_PROGRESS_MS = 5000;
const STOP_MS = 5000;

/** `understudy demo`: providers, a service in a process of its own and the evaluator, all here; then the verdict. */
export async function demoCommand(options: DemoOptions, output: Output): Promise<number> {
  const { signal, release } = untilSignal();
  const folder = await mkdtemp(join(tmpdir(), 'understudy-demo-'));
  try {
    const result = await demonstrate(options, folder, signal, output);
    if (result === null) return INTERRUPTED;
    output.out(
      options.json === true ? jsonText(resultJson(options, result)) : renderResult(result, output.style).join('\n'),
    );
    return EXIT.ok;
  } finally {
    if (options.keep !== true) await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    release();
  }
}

/** Null where it was interrupted. */
async function demonstrate(
  options: DemoOptions,
  folder: string,
  signal: AbortSignal,
  output: Output,
): Promise<DemoResult | null> {
  const { candidate, calls, seed } = options;
  const telemetry = { ...telemetryFrom(), metricIntervalMs: METRIC_INTERVAL_MS };
  const url = `embedded:${folder}`;
  if (options.json !== true) output.out(renderIntroduction(candidate, calls, output.style).join('\n'));
  const providers = await startProviders({ seed, personality: CANDIDATES[candidate] ?? 'as-good' });
  await using _providers = finallyDo(() => providers.stop());

  const progress = createProgress(calls, output);
  const evaluator = await startEvaluator({
    config: { queueUrl: url, ledgerUrl: url, telemetry },
    events: { onReport: progress.report, onError: (what, error) => output.err(`${what}: ${errorText(error)}`) },
  });
  await using _evaluator = finallyDo(() => evaluator.close());
  const { tracesUrl, metricsUrl } = telemetry;
  const experiment = demoExperiment(providers.candidateUrl, calls);
  const started = performance.now();
  const service = startService(
    {
      kind: 'start',
      experiment,
      queueUrl: url,
      baseUrl: providers.incumbentUrl,
      model: INCUMBENT,
      seed,
      calls,
      rate: RATE,
      tracesUrl,
      metricsUrl,
    },
    progress.service,
  );
  await using _service = finallyDo(() => service.stop(STOP_MS));
  const interrupted = new Promise<'interrupted'>((resolve) =>
    signal.addEventListener('abort', () => resolve('interrupted')),
  );
  const ended = await Promise.race([service.ended, interrupted]);
  const seconds = (performance.now() - started) / 1000;
  if (ended === 'interrupted' || signal.aborted) {
    progress.end();
    return null;
  }
  if (ended === null)
    throw new UnderstudyError('demo', "the demo's service ended without a word; what it printed is above");
  const report = await settled(evaluator, signal);
  progress.end();
  return {
    calls: ended.answered + ended.failed,
    failed: ended.failed,
    seconds,
    report,
    standing: standingIn(report),
    exportedTo: tracesUrl ?? metricsUrl,
    keptIn: options.keep === true ? folder : null,
  };
}

/** Done when the block is left, in the reverse order. Node 22 has no AsyncDisposableStack. */
function finallyDo(stop: () => Promise<void>): AsyncDisposable {
  return { [Symbol.asyncDispose]: stop };
}

/** Looks until every slice is closed and the queue is drained, or the time for it is over. */
async function settled(evaluator: Evaluator, signal: AbortSignal): Promise<Report | null> {
  const end = performance.now() + SETTLE_MS;
  for (;;) {
    const report = await evaluator.look();
    const open = report === null || report.snapshot.runs.some(({ openCount }) => openCount > 0);
    if ((!open && (await evaluator.queueState()).drained) || performance.now() > end || signal.aborted) return report;
    await sleep(100);
  }
}

function standingIn(report: Report | null): Standing | null {
  return report?.standings.find(({ arm }) => arm === CANDIDATE) ?? null;
}

/** Shows how far it is: in one line that is written over, or in a line every few seconds. */
function createProgress(
  calls: number,
  output: Output,
): { service(message: FromService): void; report(report: Report | null): void; end(): void } {
  let answered = 0;
  let last: Report | null = null;
  let printedAt = performance.now();
  const show = (): void => {
    const line = renderProgress(answered, calls, last, standingIn(last));
    if (output.live) output.progress(line);
    else if (performance.now() - printedAt >= PLAIN_PROGRESS_MS) {
      printedAt = performance.now();
      output.err(line);
    }
  };
  return {
    service: (message) => {
      answered = message.answered + message.failed;
      show();
    },
    report: (report) => {
      last = report;
      show();
    },
    end: () => output.progress(''),
  };
}

function resultJson(options: DemoOptions, result: DemoResult): Readonly<Record<string, unknown>> {
  const { candidate, seed } = options;
  const { calls, failed, seconds, standing, keptIn } = result;
  return {
    candidate,
    seed,
    calls,
    failed,
    seconds: Number(seconds.toFixed(1)),
    funnel: standing?.state.funnel ?? null,
    noiseFunnel: standing?.noise?.funnel ?? null,
    verdict: standing === null ? null : verdictJson(standing),
    keptIn,
  };
}
