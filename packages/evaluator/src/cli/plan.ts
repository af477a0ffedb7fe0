import { DEFAULTS, type Experiment } from '@understudy/instrumentation/experiment';
import { loadConfig } from '../config.js';
import { testLevel } from '../decide/policy.js';
import type { Standing } from '../decide/standing.js';
import { ConfigurationError, NotFoundError, UnderstudyError } from '../errors.js';
import { openLedgerFor } from '../evaluator/stores.js';
import { paceOf, withMeasured } from '../plan/live-rates.js';
import { type Plan, planOf } from '../plan/plan.js';
import { type Proposal, proposalsOf } from '../plan/proposals.js';
import { ASSUMED, type Assumptions, plannedGates, plannedWinRate } from '../plan/planned-gate.js';
import { EXIT } from './exit-codes.js';
import { gateOfFlags, isBesideNoise, PLANNED_GATES, type PlannedName } from './plan-gate.js';
import { renderPlan } from './render-plan.js';
import { readReport } from './status.js';
import { jsonText, type Output } from './terminal.js';

export interface PlanOptions {
  readonly config?: string | undefined;
  readonly experiment?: string | undefined;
  readonly arm?: string | undefined;
  readonly json?: boolean | undefined;
  readonly power?: number | undefined;
  readonly pairsPerDay?: number | undefined;
  readonly usdPerPair?: number | undefined;
  readonly gate?: string | undefined;
  readonly margin?: number | undefined;
  readonly ratio?: number | undefined;
  readonly baseRate?: number | undefined;
  readonly ties?: number | undefined;
  readonly sigma?: number | undefined;
  readonly sensitivity?: number | undefined;
  readonly typical?: number | undefined;
  readonly alpha?: number | undefined;
  readonly run?: number | undefined;
  readonly candidates?: number | undefined;
}

const POWER = 0.8;

/** Whose plan it is, and the plan. */
interface Planned {
  readonly of: string;
  readonly plan: Plan;
  /** What gates on cost and tokens need to be told, by what calls took; null: no call was seen, and cost is what the switch is for. */
  readonly proposals?: readonly Proposal[] | null;
}

/**
 * `understudy plan`: pairs, days and dollars that a verdict needs. Of one gate where flags describe it, without any store; else of each experiment's
 * policy, with the rates of the ledger where there are pairs.
 */
export async function planCommand(options: PlanOptions, output: Output): Promise<number> {
  const described = [options.gate, options.margin, options.ratio].some((flag) => flag !== undefined);
  const plans = described ? [ofFlags(options)] : await ofExperiments(options);
  output.out(
    options.json === true
      ? jsonText(plans.map(({ of, plan, proposals }) => ({ of, ...plan, proposals: proposals ?? [] })))
      : plans
          .flatMap(({ of, plan, proposals }, at) => [
            ...(at === 0 ? [] : ['']),
            ...renderPlan(of, plan, output.style, proposals),
          ])
          .join('\n'),
  );
  return EXIT.ok;
}

function ofFlags(options: PlanOptions): Planned {
  if (options.experiment !== undefined || options.arm !== undefined)
    throw usage(
      '--experiment, --arm: expected none beside --gate, --margin or --ratio, which describe a gate of their own',
    );
  const name: PlannedName = PLANNED_GATES.find((one) => one === options.gate) ?? 'errors';
  const gate = gateOfFlags(name, options);
  const { alpha, minPairs, minCoverage } = DEFAULTS.policy;
  const assumed = assumptions(options);
  const gates =
    name === 'win_rate'
      ? [plannedWinRate(gate.win_rate ? gate.win_rate.margin : 0, 1, assumed)]
      : plannedGates(
          { policy: { alpha, minPairs, minCoverage, gates: gate }, noise: { rate: 1 }, judge: null },
          assumed,
        );
  const level = testLevel(options.alpha ?? alpha, { k: options.run ?? 1, candidates: options.candidates ?? 1 });
  const given = { pairsPerDay: options.pairsPerDay ?? null, usdPerPair: options.usdPerPair ?? null };
  return {
    of: `a gate on ${name}${isBesideNoise(name) ? ', in pairs with an A/A leg' : ''}`,
    plan: planOf({ gates, level, power: options.power ?? POWER, minPairs: 0, have: 0, ...given }),
  };
}

async function ofExperiments(options: PlanOptions): Promise<readonly Planned[]> {
  const config = loadConfig({ path: options.config });
  const live = await fromLedger(config.ledgerUrl, options);
  if (live.length > 0) return live;
  if (options.arm !== undefined)
    throw new NotFoundError(`the ledger has no pair of a candidate ${options.arm} to plan by`);
  const meant = config.experiments.filter(
    ({ name }) => options.experiment === undefined || name === options.experiment,
  );
  if (meant.length === 0) {
    const known = config.experiments.map(({ name }) => `  --experiment ${name}`);
    throw new NotFoundError(
      known.length === 0
        ? 'there is no experiment in the configuration and no run in the ledger: describe a gate, as in `understudy plan --gate errors --margin 0.01 --base-rate 0.02`'
        : `there is no such experiment; there are:\n${known.join('\n')}`,
    );
  }
  return meant.map((experiment) => ofConfiguration(experiment, options));
}

function ofConfiguration(experiment: Experiment, options: PlanOptions): Planned {
  const { policy, candidates } = experiment;
  const level = testLevel(options.alpha ?? policy.alpha, {
    k: options.run ?? 1,
    candidates: options.candidates ?? Object.keys(candidates).length,
  });
  const plan = planOf({
    gates: plannedGates(experiment, assumptions(options)),
    level,
    power: options.power ?? POWER,
    minPairs: policy.minPairs,
    have: 0,
    pairsPerDay: options.pairsPerDay ?? null,
    usdPerPair: options.usdPerPair ?? null,
  });
  const isUngated = policy.success === 'cheaper' && policy.gates.cost === undefined;
  return {
    of: `${experiment.name}, as configured: the ledger has no pair of it`,
    plan,
    proposals: isUngated ? null : [],
  };
}

/** Of the newest runs with a pair; nothing where there is no store yet. */
async function fromLedger(url: string, options: PlanOptions): Promise<readonly Planned[]> {
  const opened = await openLedgerFor(url).catch((error: unknown) => {
    if (UnderstudyError.isInstance(error) && error.code === 'store' && error.cause === undefined) return null;
    throw error;
  });
  if (opened === null) return [];
  try {
    const { snapshot, standings } = await readReport(opened.ledger);
    const meant = standings.filter(
      ({ current, run, arm, verdict }) =>
        current &&
        verdict.pairs > 0 &&
        (options.experiment === undefined || run.experiment === options.experiment) &&
        (options.arm === undefined || arm === options.arm),
    );
    return meant.flatMap((standing) => {
      const run = snapshot.runs.find((one) => one.run.id === standing.run.id);
      return run === undefined ? [] : [ofStanding(standing, paceOf(snapshot, run, standing), options)];
    });
  } finally {
    await opened.close();
  }
}

function ofStanding(standing: Standing, pace: ReturnType<typeof paceOf>, options: PlanOptions): Planned {
  const { run, arm, verdict } = standing;
  const { policy, candidates } = run.definition;
  const level = testLevel(options.alpha ?? policy.alpha, {
    k: options.run ?? run.k,
    candidates: options.candidates ?? Math.max(1, Object.keys(candidates).length),
  });
  const plan = planOf({
    gates: withMeasured(plannedGates(run.definition, assumptions(options)), standing),
    level,
    power: options.power ?? POWER,
    minPairs: policy.minPairs,
    have: verdict.pairs,
    pairsPerDay: options.pairsPerDay ?? pace.pairsPerDay,
    usdPerPair: options.usdPerPair ?? pace.usdPerPair,
  });
  const proposals = proposalsOf(standing, { level, power: options.power ?? POWER });
  return { of: `${run.experiment}, candidate ${arm}, run ${run.id}`, plan, proposals };
}

function assumptions({ baseRate, ties, sigma, sensitivity, typical }: PlanOptions): Assumptions {
  return {
    baseRate: baseRate ?? ASSUMED.baseRate,
    ties: ties ?? ASSUMED.ties,
    sigma: sigma ?? ASSUMED.sigma,
    sensitivity: sensitivity ?? ASSUMED.sensitivity,
    typical: typical ?? ASSUMED.typical,
  };
}

function usage(issue: string): ConfigurationError {
  return new ConfigurationError('plan', [issue]);
}
