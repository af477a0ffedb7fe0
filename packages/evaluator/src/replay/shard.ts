import { AA_ARM } from '@understudy/instrumentation/trial';
import { dayOf } from '../ledger/evidence-days.js';
import { closeJudged, closeLabelled, type PreferencePair } from '../tally/close-win-rate.js';
import { closeSlice } from '../tally/close-slice.js';
import type { Threshold } from '../tally/latencies.js';
import type { AdmittedCount } from '../tally/missing.js';
import { preferenceOf } from '../tally/preference-of.js';
import type { LabelFacts } from '../tally/preference.js';
import type { StoredPair } from '../tally/stored-pair.js';
import { ClusterKeys } from './cluster-keys.js';
import type { GivenJudgement } from './read-trial.js';
import type { ClosingSettings } from './settings.js';
import { Totals } from './totals.js';
import type { TrialRow } from './trial-row.js';
import { own } from '../tally/own.js';

/** The part of the calls whose cluster keys fall to it: it keeps tallies of its own, and all calls of a key are in it. */
export class Shard {
  readonly totals: Totals = new Totals();
  readonly #settings: ClosingSettings;
  readonly #keys = new Map<string, ClusterKeys>();

  constructor(settings: ClosingSettings) {
    this.#settings = settings;
  }

  /**
   * Adds calls of a slice, which come in its order. Gives the pairs of it that are evidence.
   *
   * Thresholds are of all shards: whoever has all of them freezes them.
   */
  close(slice: number, trials: readonly TrialRow[], thresholds: readonly Threshold[]): readonly StoredPair[] {
    const { gates, piMin, sliceMs } = this.#settings;
    const day = dayOf(slice, sliceMs);
    const pairs = trials.flatMap(pairsOf);
    const input = { slice, gates, piMin, pairs, admitted: admittedOf(trials), thresholds, latencies: [] };
    const closed = closeSlice({ ...input, seen: this.#seenOf(pairs) });
    this.totals.addSlice(day, closed);
    const evidence = new Set<string>();
    for (const { arm, key, call } of closed.clusters) {
      const keys = this.#keys.get(arm) ?? new ClusterKeys();
      this.#keys.set(arm, keys);
      keys.add(key);
      evidence.add(`${arm} ${call}`);
    }
    const chosen = pairs.filter(({ arm, call }) => evidence.has(`${arm} ${call}`));
    this.#closeWinRate(day, trials, chosen, closed.absent);
    return chosen;
  }

  #closeWinRate(
    day: number,
    trials: readonly TrialRow[],
    evidence: readonly StoredPair[],
    absent: ReturnType<typeof closeSlice>['absent'],
  ): void {
    const { winRate, sensitivity } = this.#settings;
    if (winRate === null) return;
    const said = new Map(trials.map((trial) => [trial.call, trial]));
    const input = {
      pairs: evidence.flatMap((pair) => preferencePair(pair, said.get(pair.call))),
      absent: absent.filter(({ arm }) => arm !== AA_ARM),
      piMin: winRate.piMin,
      margin: winRate.margin,
    };
    if (sensitivity !== null) this.totals.addStored(day, closeJudged(input, sensitivity));
    if (winRate.labels !== null) this.totals.addStored(day, closeLabelled(input, winRate.labels.rate));
  }

  #seenOf(pairs: readonly StoredPair[]): ReadonlyMap<string, ReadonlySet<string>> {
    const seen = new Map<string, Set<string>>();
    for (const { arm, cluster } of pairs) {
      if (this.#keys.get(arm)?.has(cluster) !== true) continue;
      const keys = seen.get(arm) ?? new Set<string>();
      seen.set(arm, keys.add(cluster));
    }
    return seen;
  }
}

function pairsOf({ call, producer, segment, cluster, legs }: TrialRow): readonly StoredPair[] {
  return Object.entries(legs).flatMap(([arm, facts]) =>
    facts === null ? [] : [{ call, arm, producer, segment, cluster, facts }],
  );
}

/** What travels was admitted: a leg that is missing is counted by its name alone. */
function admittedOf(trials: readonly TrialRow[]): readonly AdmittedCount[] {
  return trials.flatMap(({ producer, segment, pi, legs }) =>
    Object.keys(legs).map((arm) => ({ producer, segment, arm, pi, admitted: 1 })),
  );
}

function preferencePair(pair: StoredPair, trial: TrialRow | undefined): readonly PreferencePair[] {
  const { arm, segment, facts } = pair;
  if (arm === AA_ARM || trial === undefined) return [];
  const judgement = own(trial.judgements, arm);
  const label = own(trial.labels, arm);
  const offered: LabelFacts = label === undefined ? 'not_offered' : (label ?? 'unanswered');
  const preference = preferenceOf(facts, judgement === undefined ? null : factsOfJudgement(judgement), offered);
  return preference === null ? [] : [{ arm, segment, pi: judgement?.pi ?? facts.pi, facts: preference }];
}

function factsOfJudgement({ score, known = false }: GivenJudgement): Parameters<typeof preferenceOf>[1] {
  if (score === null) return { status: 'abstained', score };
  return { status: known ? 'known' : 'judged', score };
}
