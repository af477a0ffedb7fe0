import { parseStoreUrl, shownStore } from '@understudy/instrumentation/experiment';
import { loadConfig, loadSeal, NO_FILE, secretsOf, terminalOf } from '../config.js';
import { followPairs, type NewPair } from '../dev/new-pairs.js';
import { ConfigurationError, messageOf } from '../errors.js';
import { startEvaluator } from '../evaluator.js';
import { again } from '../evaluator/again.js';
import { checkEmbeddings } from '../evaluator/embedding/embedder.js';
import { checkJudges } from '../evaluator/judging/run-judges.js';
import { openLedgerFor } from '../evaluator/stores.js';
import { parseListen } from '../outputs.js';
import { openOtlp, type OtlpOptions } from './dev/open-otlp.js';
import type { TerminalStream } from './dev/screen.js';
import type { DevState } from './dev/state.js';
import { jsonView, liveView, plainView, type View } from './dev/views.js';
import { EXIT } from './exit-codes.js';
import { sayOnce } from './say-once.js';
import { untilSignal } from './signals.js';
import { readReport } from './status.js';
import type { Output } from './terminal.js';

export interface DevOptions extends OtlpOptions {
  readonly config?: string | undefined;
  /** In the place of `UNDERSTUDY_LISTEN`. */
  readonly listen?: string | undefined;
  /** False: nothing that anybody said is shown. */
  readonly content?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** How often is looked for pairs. */
const LOOK_MS = 500;
const MOST_PAIRS = 20;
/** How long the screen shows what went wrong. */
const SHOWN_MS = 10_000;

/** `understudy dev`: the evaluator of one machine, what its service exports, and all that happens where it can be seen. */
export async function devCommand(
  options: DevOptions,
  output: Output,
  stream: TerminalStream & { readonly isTTY?: boolean } = process.stdout,
): Promise<number> {
  const loaded = loadConfig({ path: options.config });
  if (loaded.source === NO_FILE) {
    throw new ConfigurationError('understudy.yaml', [
      'expected one in this folder: `npx @understudy/evaluator init --candidate MODEL` writes it for the service that is here; or name one with --config FILE',
    ]);
  }
  const listen = options.listen === undefined ? loaded.listen : parseListen(options.listen, '--listen');
  const config = { ...loaded, listen };
  const seal = loadSeal(config);
  checkJudges(config.experiments, config.source, secretsOf());
  checkEmbeddings(config.experiments, secretsOf());
  const { signal, release } = untilSignal();
  const otlp = await openOtlp(options, config.telemetry);
  let view: View | null = null;
  let state: DevState = {
    source: config.source,
    store: shownStore(parseStoreUrl(config.queueUrl)),
    url: null,
    otlp: otlp.state(),
    report: null,
    pairs: [],
    trouble: null,
    content: options.content !== false,
  };
  const update = (change: Partial<DevState>): DevState => (state = { ...state, ...change, otlp: otlp.state() });
  let troubleAt = 0;
  const say = sayOnce((text) => view?.failed(text, state));
  const failed = (what: string, error: unknown): void => {
    troubleAt = Date.now();
    const trouble = `${what}: ${messageOf(error)}`;
    update({ trouble });
    say(trouble);
  };
  try {
    do {
      const evaluator = await startEvaluator({ config, seal, events: { onError: failed } });
      try {
        const opened = await openLedgerFor(config.ledgerUrl, { seal });
        try {
          const following = followPairs(opened.ledger);
          update({ url: evaluator.url, trouble: null });
          if (view === null) {
            view = viewFor(options, output, stream);
            view.started(state);
          }
          const gone = new AbortController();
          void evaluator.gone.then(() => gone.abort());
          const look = async (): Promise<void> => {
            // Another process may hold the lease: then the ledger is read here.
            const report = evaluator.report() ?? (await readReport(opened.ledger));
            const { pairs, passedOver } = await following.next(report.snapshot);
            const trouble = Date.now() - troubleAt > SHOWN_MS ? null : state.trouble;
            view?.changed(update({ report, pairs: newest(state.pairs, pairs), trouble }), pairs, passedOver);
          };
          await again(LOOK_MS, look, (error) => failed('look', error), AbortSignal.any([signal, gone.signal]));
        } finally {
          await opened.close().catch(() => undefined);
        }
      } finally {
        await evaluator.close();
      }
    } while (!signal.aborted);
    return EXIT.ok;
  } finally {
    view?.ended(update({}));
    await otlp.close();
    release();
  }
}

function viewFor({ json }: DevOptions, output: Output, stream: TerminalStream & { readonly isTTY?: boolean }): View {
  if (json === true) return jsonView(output);
  return terminalOf(stream).live ? liveView(stream, output) : plainView(output);
}

function newest(known: readonly NewPair[], fresh: readonly NewPair[]): readonly NewPair[] {
  return [...known, ...fresh].slice(-MOST_PAIRS);
}
