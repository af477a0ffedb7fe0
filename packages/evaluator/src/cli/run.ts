import { loadConfig, loadSeal, secretsOf } from '../config.js';
import type { Standing } from '../decide/standing.js';
import type { Report } from '../emit/ledger-metrics.js';
import { messageOf } from '../errors.js';
import { type EvaluatorEvents, startEvaluator } from '../evaluator.js';
import { checkEmbeddings } from '../evaluator/embedding/embedder.js';
import { checkJudges } from '../evaluator/judging/run-judges.js';
import { parseListen } from '../outputs.js';
import { EXIT } from './exit-codes.js';
import { printableLine } from './foreign-text.js';
import { renderSentence } from './render-verdict.js';
import { sayOnce } from './say-once.js';
import { untilSignal } from './signals.js';
import { count } from './style.js';
import type { Output } from './terminal.js';

const REPEATED_MS = 10_000;

export interface RunOptions {
  readonly config?: string | undefined;
  /** In the place of `UNDERSTUDY_LISTEN`. */
  readonly listen?: string | undefined;
  readonly acceptProvisional?: boolean | undefined;
}

/** `understudy run`: stores, scores, closes, decides and emits until it is told to stop. */
export async function runCommand(options: RunOptions, output: Output): Promise<number> {
  const loaded = loadConfig({ path: options.config });
  const listen = options.listen === undefined ? loaded.listen : parseListen(options.listen, '--listen');
  const config = { ...loaded, listen };
  const acceptProvisional = options.acceptProvisional === true;
  const seal = loadSeal(config);
  checkJudges(config.experiments, config.source, secretsOf());
  checkEmbeddings(config.experiments, secretsOf());
  const { signal, release } = untilSignal();
  const { tracesUrl, metricsUrl } = config.telemetry;
  const { err } = output;
  const stopped = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    do {
      const evaluator = await startEvaluator({ config, seal, acceptProvisional, events: eventsOf(output) });
      err(`${clock()} evaluator ${evaluator.holder} runs, configured by ${config.source}`);
      err(
        `${clock()} ${tracesUrl === null && metricsUrl === null ? 'nothing is exported: set OTEL_EXPORTER_OTLP_ENDPOINT' : `exports to ${tracesUrl ?? metricsUrl}`}`,
      );
      if (evaluator.url !== null) err(`${clock()} answers at ${evaluator.url}/api/verdict`);
      if (!signal.aborted) await Promise.race([stopped, evaluator.gone]);
      err(`${clock()} ${signal.aborted ? 'stopping' : 'the process that served the store has ended: starting anew'}`);
      await evaluator.close();
    } while (!signal.aborted);
    return EXIT.ok;
  } finally {
    release();
  }
}

function eventsOf(output: Output): Partial<EvaluatorEvents> {
  const { err, errStyle: style } = output;
  const failed = sayOnce((text) => err(`${clock()} ${style.bad(text)}`));
  return {
    onReport: createProgress(output),
    onTransition: (standing) => err(`${clock()} ${renderSentence(standing.verdict, style)}`),
    onRejected: (rejections) => {
      for (const { job, code, message } of rejections) {
        err(
          `${clock()} ${style.doubtful(printableLine(`put aside: job ${job}: ${code}: ${message.split('\n', 1)[0]}`))}`,
        );
      }
    },
    onError: (what, error) => failed(printableLine(`${what}: ${messageOf(error)}`)),
  };
}

/** A line when a verdict changes, and every ten seconds while pairs come in. */
function createProgress({ err, errStyle: style }: Output): (report: Report | null) => void {
  const shown = new Map<string, { readonly key: string; readonly stored: number; readonly at: number }>();
  return (report) => {
    for (const standing of report?.standings ?? []) {
      const name = `${standing.run.id} ${standing.arm}`;
      const last = shown.get(name);
      const { stored } = standing.state.funnel;
      const key = `${standing.verdict.state} ${standing.verdict.reason}`;
      const due = Date.now() - (last?.at ?? 0) >= REPEATED_MS && stored !== last?.stored;
      if (last?.key === key && !due) continue;
      shown.set(name, { key, stored, at: Date.now() });
      err(`${clock()} ${style.dim(progressLine(standing))} ${renderSentence(standing.verdict, style)}`);
    }
  };
}

function progressLine({ run, arm, state }: Standing): string {
  return `${run.experiment}/${arm} ${count(state.funnel.stored)} stored, ${count(state.funnel.evidence)} evidence:`;
}

function clock(): string {
  return new Date().toISOString().slice(11, 19);
}
