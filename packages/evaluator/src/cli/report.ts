import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { CallId } from '@understudy/instrumentation/trial';
import { loadConfig, loadSeal } from '../config.js';
import type { Standing } from '../decide/standing.js';
import { ConfigurationError, messageOf } from '../errors.js';
import { openLedgerFor } from '../evaluator/stores.js';
import type { Ledger } from '../ledger/ledger.js';
import type { LedgerSnapshot, RunState } from '../ledger/snapshot.js';
import { type History, historyMaker } from '../report/history.js';
import { renderReport } from '../report/page.js';
import type { ReportInput } from '../report/report-input.js';
import { gatesOf } from '../tally/gates.js';
import { chooseStanding } from './verdict.js';
import { EXIT } from './exit-codes.js';
import { definitionChangesOf } from './render-new-run.js';
import { readReport } from './status.js';
import type { Output } from './terminal.js';

export interface ReportOptions {
  readonly config?: string | undefined;
  readonly experiment?: string | undefined;
  readonly arm?: string | undefined;
  readonly out?: string | undefined;
}

/** Pairs whose numbers are read for what is shown over time: of more, only some, evenly. */
const MOST_READ = 100_000;
const PAGE = 2000;

/** `understudy report`: the verdict on one candidate as one HTML file. */
export async function reportCommand(options: ReportOptions, output: Output): Promise<number> {
  const config = loadConfig({ path: options.config });
  const opened = await openLedgerFor(config.ledgerUrl, { seal: loadSeal(config) });
  try {
    const { snapshot, standings } = await readReport(opened.ledger);
    const page = renderReport(await reportInput(opened.ledger, snapshot, chooseStanding(standings, options)));
    if (options.out === undefined || options.out === '-') {
      output.out(page.trimEnd());
      return EXIT.ok;
    }
    const path = resolve(options.out);
    await writeFile(path, page).catch((cause: unknown) => {
      throw new ConfigurationError('report', [`--out: expected a file that can be written: ${messageOf(cause)}`], {
        cause,
      });
    });
    output.err(`written: ${path} (${Math.ceil(page.length / 1024)} KiB)`);
    return EXIT.ok;
  } finally {
    await opened.close();
  }
}

async function reportInput(ledger: Ledger, snapshot: LedgerSnapshot, standing: Standing): Promise<ReportInput> {
  const { run, arm } = standing;
  const state = snapshot.runs.find((one) => one.run.id === run.id);
  if (state === undefined) throw new Error(`run ${run.id} is not in the look its verdict was made of`);
  const stored = standing.state.funnel.stored;
  const oneIn = Math.max(1, Math.ceil(stored / MOST_READ));
  const history = await readHistory(ledger, state, arm, oneIn);
  const worst: ReportInput['worst'][number][] = [];
  for (const ranked of history.worst) {
    const [pair = null] = await ledger.readPairs({ run: run.id, arm, pair: ranked.pair, limit: 1 });
    worst.push({ ranked, pair });
  }
  const changes = definitionChangesOf(snapshot.runs, run);
  return { at: snapshot.at, standing, run: state, changes, history, oneIn, worst };
}

async function readHistory(ledger: Ledger, state: RunState, arm: string, oneIn: number): Promise<History> {
  const { run, thresholds, firstSliceAt, closedThrough } = state;
  const { policy, piMin, slice } = run.definition;
  const from = firstSliceAt ?? 0;
  const { agreement, similarity } = policy.gates;
  const maker = historyMaker({
    gates: gatesOf(policy.gates),
    scorers: [...new Set([agreement?.scorer, similarity?.scorer].filter((name) => name !== undefined))],
    thresholds,
    piMin,
    sliceMs: slice.lengthMs,
    from,
    until: Math.max(from, closedThrough ?? from),
  });
  for (let after: CallId | null = null, more = true; more;) {
    const { pairs, last } = await ledger.readEvidence({ run: run.id, arm, after, limit: PAGE, oneIn });
    maker.add(pairs);
    after = last;
    more = last !== null;
  }
  return maker.made();
}
