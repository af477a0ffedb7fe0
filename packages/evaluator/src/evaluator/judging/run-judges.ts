import { dirname } from 'node:path';
import {
  type Bounds,
  boundsOf,
  ConfigurationError,
  describeReference,
  type Experiment,
  type JudgeDefinition,
  type JudgeModel,
  type Judging,
  type Run,
  runOf,
} from '@understudy/instrumentation/experiment';
import type { ModelPrice, RunId } from '@understudy/instrumentation/trial';
import type { Secrets } from '../../config.js';
import type { ModelClient } from '../../judge/model-client.js';
import { HEALTH_LIMITS, type HealthLimits } from '../../judge/trial/fitness.js';
import type { JudgingLedger } from '../../ledger/judging/judging-ledger.js';
import type { RegisteredRun } from '../../ledger/record.js';
import type { Budgets } from '../../queue/budgets.js';
import { checkExperiment } from '../check-experiment.js';
import { checkJudge, clientFor, makeJudge, type MadeJudge } from './make-judge.js';
import { paidTurns, pricesOf } from './pay.js';
import { createPurses, priceLine } from './purses.js';

/** The judge of a run, ready to be asked. */
export interface RunJudge extends MadeJudge {
  readonly definition: JudgeDefinition;
  readonly limits: HealthLimits;
  readonly bounds: Judging;
}

/** The judges of all runs. */
export interface RunJudges {
  /** @throws ConfigurationError for a rubric that cannot be used, and a judge of the family of what it compares. */
  hashOf(run: Pick<Run, 'id' | 'definition'>, judge: JudgeDefinition): string;
  /** Rejects with a ConfigurationError where its key is not here. */
  of(run: RegisteredRun): Promise<RunJudge | null>;
  /** A judge for pairs of a run that is not the run's own. @throws ConfigurationError as `hashOf` does */
  other(run: RegisteredRun, judge: JudgeDefinition, bounds: Judging): RunJudge;
  limitsOf(run: Pick<Run, 'definition'>): HealthLimits | null;
  close(): Promise<void>;
}

export interface JudgesOptions {
  /** The configuration's file or folder: what a rubric's path starts from. */
  readonly source: string;
  readonly secrets: Secrets;
  readonly ledger: Pick<JudgingLedger, 'boundsOf' | 'use' | 'giveBack' | 'noteAsked'>;
  readonly budgets: Pick<Budgets, 'lease'>;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** Where a run's services have announced no bounds. */
const UNBOUNDED: Judging = { concurrency: 4, perMinute: null, usdPerHour: null, timeoutMs: 60_000, budget: null };
/** Bounds may change while a run goes on: they are read again after so long, in milliseconds. */
const FRESH_MS = 5_000;

export function createRunJudges(options: JudgesOptions): RunJudges {
  const { ledger, secrets, budgets, now, onError } = options;
  const folder = folderOf(options.source);
  const hashes = new Map<RunId, string>();
  const made = new Map<RunId, { readonly judge: RunJudge; readonly key: string; readonly at: number }>();
  const purses = createPurses({ ledger, budgets, now, onError });

  function make(run: Pick<Run, 'experiment'>, definition: JudgeDefinition, bounds: Judging): RunJudge {
    const purse = purses.of(run.experiment, bounds, 'judge');
    const priceOf = isCounted(bounds) ? priceIn(bounds) : () => null;
    const clientOf = (model: JudgeModel): ModelClient => {
      const turns = paidTurns(model.model, purse, priceOf(model));
      return clientFor(model, { apiKey: keyOf(model, secrets), timeoutMs: bounds.timeoutMs, turns });
    };
    return { ...makeJudge(definition, { folder, clientOf }), definition, bounds, limits: limitsFor(definition) };
  }

  return {
    hashOf({ id, definition }, judge) {
      const known = hashes.get(id);
      if (known !== undefined) return known;
      const hash = checkJudge(judge, definition, folder);
      hashes.set(id, hash);
      return hash;
    },
    async of(run) {
      const { judge: definition } = run.definition;
      if (definition === null) return null;
      const known = made.get(run.id);
      if (known !== undefined && now() - known.at < FRESH_MS) return known.judge;
      const bounds = judgingOf(await ledger.boundsOf(run.id));
      const key = JSON.stringify(bounds);
      const judge = known?.key === key ? known.judge : make(run, definition, bounds);
      made.set(run.id, { judge, key, at: now() });
      return judge;
    },
    other(run, judge, bounds) {
      checkJudge(judge, run.definition, folder);
      return make(run, judge, bounds);
    },
    limitsOf: ({ definition }) => (definition.judge === null ? null : limitsFor(definition.judge)),
    close: () => purses.close(),
  };
}

/**
 * Checks the judges of a configuration at start: rubrics, kinship, keys, prices. Throws {@link ConfigurationError} for the first that cannot be used.
 *
 * @param source The configuration's file.
 */
export function checkJudges(experiments: readonly Experiment[], source: string, secrets: Secrets): void {
  for (const experiment of experiments) {
    const { definition } = runOf(experiment);
    const { judge } = definition;
    if (judge === null || !experiment.enabled) continue;
    checkExperiment(experiment.name, () => {
      checkJudge(judge, definition, folderOf(source));
      for (const model of judge.models) clientFor(model, { apiKey: keyOf(model, secrets) });
      checkPrices(judge, judgingOf(boundsOf(experiment)));
    });
  }
}

function folderOf(source: string): string {
  return /\.ya?ml$/.test(source) ? dirname(source) : process.cwd();
}

function limitsFor({ canaries }: JudgeDefinition): HealthLimits {
  return { ...HEALTH_LIMITS, canaries: canaries.count };
}

function judgingOf(bounds: Bounds | null): Judging {
  return bounds?.judging ?? UNBOUNDED;
}

/** Whether anything counts what a call costs: then none is made whose price nobody knows. */
function isCounted({ budget, usdPerHour }: Judging): boolean {
  return budget !== null || usdPerHour !== null;
}

function priceIn({ budget }: Judging): (model: JudgeModel) => ModelPrice | null {
  const prices = pricesOf(budget?.prices ?? {});
  return ({ model, baseUrl }) => prices.of(model, new URL(baseUrl).origin);
}

function checkPrices({ models }: JudgeDefinition, bounds: Judging): void {
  if (!isCounted(bounds)) return;
  const priceOf = priceIn(bounds);
  const missing = models.filter((model) => priceOf(model) === null).map(({ model }) => model);
  if (missing.length === 0) return;
  const issues = [...new Set(missing)].map(
    (model) => `no price is known for the judge ${model}: add ${priceLine(model)}, in USD a million tokens`,
  );
  throw new ConfigurationError('budget.prices', issues);
}

function keyOf({ apiKey, model }: JudgeModel, secrets: Secrets): string | null {
  if (apiKey === null) return null;
  const key = secrets(apiKey);
  if (key !== undefined) return key;
  const where = describeReference(apiKey);
  throw new ConfigurationError('judge.apiKey', [`expected the key for ${model} in ${where}, got nothing there`]);
}
