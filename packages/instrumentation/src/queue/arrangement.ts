import { processClock } from '../capture/clock.js';
import type { Experiment, Run } from '../experiment/definition.js';
import { comparesCode } from '../experiment/of-code.js';
import { runOf } from '../experiment/run.js';
import { ExperimentBudget } from '../govern/budget/budget.js';
import { concurrencyGate } from '../govern/concurrency.js';
import { allOf, type Gates } from '../govern/gate.js';
import { Governor } from '../govern/governor.js';
import type { CallRules } from '../sample/call-view.js';
import { Live } from '../sample/live.js';
import type { FunnelMetrics } from '../shadow/funnel-metrics.js';
import type { Isolate } from '../shadow/isolation.js';
import type { Secret } from '../shadow/secret.js';
import { Shadows, type ShadowOptions } from '../shadow/shadows.js';
import type { Ids } from '../trial/ids.js';
import type { Account, Admittance } from '../trial/account.js';
import { Intake } from '../trial/intake.js';
import { OpenTrials } from '../trial/open-trials.js';
import { protectionOf } from '../trial/privacy/protect.js';
import type { Trial } from '../trial/trial.js';

/** One experiment with what of it is code or secret. */
export interface ExperimentSetup {
  readonly experiment: Experiment;
  readonly rules: CallRules;
  /** By candidate. */
  readonly apiKeys: ReadonlyMap<string, Secret>;
}

/** One experiment with all that its calls go through. */
export interface Arrangement {
  readonly experiment: Experiment;
  readonly run: Run;
  /** Its calls are given to it by name, and those over HTTP are not shown to it. */
  readonly ofCode: boolean;
  readonly live: Live;
  readonly governor: Governor;
  readonly budget: ExperimentBudget | null;
  readonly intake: Intake;
  readonly trials: OpenTrials;
}

/** What the experiments of a process share. */
export interface Shared {
  readonly producer: string;
  readonly tracer: ShadowOptions['tracer'];
  readonly metrics: FunnelMetrics;
  readonly isolate: Isolate;
  readonly ids: Ids;
  readonly account: Account;
  readonly admittance: (trials: OpenTrials) => Admittance;
  /** Told of each trial that is to go to the queue. */
  readonly onTrial: (trial: Trial) => void;
}

/** Puts together what an experiment's calls go through. */
export function arrange(setup: ExperimentSetup, shared: Shared): Arrangement {
  const { experiment, rules, apiKeys } = setup;
  const { tracer, isolate, metrics } = shared;
  const { timeoutMs, maxBytes, topology } = experiment.shadow;
  const run = runOf(experiment);
  const live = new Live(experiment, run, processClock);
  const budget = budgetOf(experiment, live);
  const governor = new Governor({ experiment, apiKeys, clock: processClock, meters: metrics });
  const shadows = new Shadows({
    tracer,
    isolate,
    clock: processClock,
    timeoutMs,
    maxBytes,
    keepContent: experiment.content !== 'none',
    topology,
    onUnfollowed: (names) => metrics.sameTrace(names),
  });
  const trials: OpenTrials = new OpenTrials({
    producer: shared.producer,
    deadlineMs: deadlineOf(experiment),
    protection: protectionOf(experiment.content, rules.redact),
    onAssembled: (assembled) => {
      intake.settled(assembled);
      if (assembled.trial !== null) shared.onTrial(assembled.trial);
    },
  });
  const intake: Intake = new Intake({
    ...setup,
    run,
    terms: () => {
      const terms = live.terms();
      return budget?.isSpent === true && terms.off === null ? { ...terms, off: 'spent' } : terms;
    },
    ids: shared.ids,
    account: shared.account,
    meters: metrics,
    shadows,
    gates: gatesOf(experiment, governor, budget),
    share: () => budget?.share() ?? 1,
    trials,
    isolate,
    admittance: () => shared.admittance(trials),
  });
  const ofCode = comparesCode(experiment, Object.keys(rules.transform ?? {}));
  return { experiment, run, ofCode, live, governor, budget, intake, trials };
}

function budgetOf(experiment: Experiment, live: Live): ExperimentBudget | null {
  if (experiment.budget === null) return null;
  return new ExperimentBudget(experiment, experiment.budget, () => live.terms().window, processClock.elapsed);
}

/** Half of the time a slice waits beyond the shadow's timeout: the other half is for the way to the ledger. */
function deadlineOf({ slice, shadow }: Experiment): number {
  return shadow.timeoutMs + (slice.deadlineMs - shadow.timeoutMs) / 2;
}

/** What the shadows of an experiment pass before they are fired. */
function gatesOf({ shadow }: Experiment, governor: Governor, budget: ExperimentBudget | null): Gates {
  return {
    before: allOf([governor.gate, concurrencyGate(shadow.concurrency)]),
    made: allOf(budget === null ? [] : [budget.gate]),
    watch: (call, matched) => governor.watch(call, matched),
  };
}
