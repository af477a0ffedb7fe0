import { resolve } from 'node:path';
import type { Experiment, JudgeDefinition, Judging } from '@understudy/instrumentation/experiment';
import { loadConfig, loadSeal, secretsOf } from '../config.js';
import { ConfigurationError, NotFoundError } from '../errors.js';
import { rejudge, type RejudgeReport } from '../evaluator/judging/rejudge.js';
import { createRunJudges } from '../evaluator/judging/run-judges.js';
import { openStores } from '../evaluator/stores.js';
import { BUILT_IN_RUBRICS } from '../judge/load-rubric.js';
import type { Ledger } from '../ledger/ledger.js';
import type { RunState } from '../ledger/snapshot.js';
import { openBudgets } from '../queue/budgets.js';
import { EXIT } from './exit-codes.js';
import { errorText, printableLine } from './foreign-text.js';
import { untilSignal } from './signals.js';
import { count } from './style.js';
import { jsonText, type Output } from './terminal.js';

export interface RejudgeCommandOptions {
  readonly config?: string | undefined;
  readonly experiment?: string | undefined;
  readonly rubric?: string | undefined;
  readonly limit?: number | undefined;
  readonly dryRun?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** `understudy rejudge`: judges the stored pairs of an experiment's last run by another judge. Its word is shown, and decides nothing. */
export async function rejudgeCommand(options: RejudgeCommandOptions, output: Output): Promise<number> {
  const config = loadConfig({ path: options.config });
  const seal = loadSeal(config);
  const { signal, release } = untilSignal();
  const stores = await openStores(config, { seal });
  const budgets = openBudgets(stores.queue);
  const now = Date.now;
  const { ledger } = stores;
  const judges = createRunJudges({
    source: config.source,
    secrets: secretsOf(),
    ledger: ledger.judging,
    budgets,
    now,
    onError: (error) => output.err(output.errStyle.bad(errorText(error))),
  });
  try {
    const state = await lastRun(ledger, options.experiment, now());
    const report = await rejudge({
      ledger: ledger.judging,
      judges,
      ...chosen(state, config.experiments, options.rubric),
      limit: options.limit ?? Infinity,
      dryRun: options.dryRun === true,
      now,
      signal,
      onProgress: (pairs) => {
        if (pairs % 100 === 0) output.err(`${count(pairs)} pairs judged`);
      },
    });
    output.out(options.json === true ? jsonText(report) : [...render(report)].join('\n'));
    return report.stopped === null ? EXIT.ok : EXIT.infrastructure;
  } finally {
    release();
    await judges.close();
    await budgets.close();
    await stores.close();
  }
}

async function lastRun(ledger: Ledger, experiment: string | undefined, now: number): Promise<RunState> {
  const { runs } = await ledger.snapshot({ now });
  const names = [...new Set(runs.map(({ run }) => run.experiment))];
  if (experiment === undefined && names.length > 1)
    throw new ConfigurationError('rejudge', [`--experiment: expected one of ${names.join(', ')}, got nothing`]);
  const name = experiment ?? names[0];
  const found = runs.findLast(({ run }) => run.experiment === name);
  if (found === undefined) throw new NotFoundError(`the ledger holds no run of ${name ?? 'any experiment'}`);
  return found;
}

/** The judge of the configuration, else the run's own; with the rubric that was asked for. */
function chosen(
  { run, bounds }: RunState,
  experiments: readonly Experiment[],
  rubric: string | undefined,
): { readonly run: RunState['run']; readonly definition: JudgeDefinition; readonly bounds: Judging } {
  const configured = experiments.find(({ name }) => name === run.experiment);
  const definition = configured?.judge ?? run.definition.judge;
  if (definition === null) {
    throw new ConfigurationError('rejudge', [
      `expected a \`judge\` in the experiment ${run.experiment} of the configuration, got none`,
    ]);
  }
  const limits: Judging = configured?.judge
    ? { ...configured.judge, budget: configured.budget }
    : (bounds?.judging ?? { concurrency: 4, perMinute: null, usdPerHour: null, timeoutMs: 60_000, budget: null });
  const named = rubric === undefined || BUILT_IN_RUBRICS.some((name) => name === rubric) ? rubric : resolve(rubric);
  return { run, bounds: limits, definition: named === undefined ? definition : { ...definition, rubric: named } };
}

function* render({ judge, run, dryRun, pairs, calls, stopped, arms, beside }: RejudgeReport): Iterable<string> {
  const what = `${count(pairs)} pairs of run ${run}`;
  yield dryRun
    ? `would judge ${what} by ${judge.name}, with at most ${count(calls)} calls`
    : `judged ${what} by ${judge.name} (${judge.hash}), with ${count(calls)} calls; the verdict stays as it is`;
  for (const { arm, wins, ties, losses, abstained } of arms) {
    yield `  ${arm}: better ${count(wins)}, tie ${count(ties)}, worse ${count(losses)}, abstained ${count(abstained)}`;
  }
  if (beside !== null && beside.both > 0)
    yield `  of ${count(beside.both)} pairs that the run's own judge has judged as well, both say the same of ${count(beside.same)}`;
  if (stopped !== null) yield `stopped: ${printableLine(stopped)}; run this again to go on`;
}
