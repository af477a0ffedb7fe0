import { unfitInWords } from '../decide/describe.js';
import { healthRates, type Share } from '../judge/trial/health-rates.js';
import type { JudgingState, LabelState } from '../ledger/judging-state.js';
import type { ArmState } from '../ledger/snapshot.js';
import { cohenKappa } from '../stats/kappa.js';
import { printableLine } from './foreign-text.js';
import { count, percent, plural, type Style } from './style.js';

/** What is known of a run's judge: nothing where it has none. */
export function renderJudge(judging: JudgingState | null, style: Style): readonly string[] {
  if (judging === null) return [];
  const { judge, health, sensitivity, unfit, waitsFor, waiting, openSlices } = judging;
  if (judge === null) return ['judge: no pair was drawn for it yet (with `win_rate: false` none is)'];
  const rates = healthRates(health);
  const since = rates.since.of === 0 ? '' : `, ${share(rates.since)} of ${plural(rates.since.of, 'fault')} seen since`;
  const state =
    unfit !== null
      ? style.bad(`unfit (${printableLine(unfitInWords(unfit, sensitivity, rates.detection.point))})`)
      : sensitivity === null
        ? `on trial${waitsFor === null ? '' : `, waiting for ${printableLine(waitsFor)}`}`
        : `J = ${sensitivity.toFixed(2)}${since}`;
  const lift =
    rates.lift === null ? '' : `, right ${(100 * rates.lift).toFixed(0)} points oftener than the longer answer`;
  const bias = rates.positionBias === null ? '' : `, position bias ${(100 * rates.positionBias).toFixed(1)} points`;
  const length = rates.lengthBias === null ? '' : `, length bias ${(100 * rates.lengthBias).toFixed(1)} points`;
  const open = [
    ...(waiting > 0 ? [`${plural(waiting, 'pair')} to judge`] : []),
    ...(openSlices.judgements > 0 ? [`${plural(openSlices.judgements, 'slice')} waiting for judgements`] : []),
    ...(openSlices.labels > 0 ? [`${plural(openSlices.labels, 'slice')} waiting for labels`] : []),
  ];
  return [
    `judge ${judge}: ${state}; false wins ${share(rates.falseWins)}, consistent ${share(rates.consistency)}, abstained ${share(rates.abstained)}${bias}${length}${lift}`,
    ...(open.length === 0 ? [] : [open.join(', ')]),
  ];
}

/** What the judge and people said of a candidate's pairs: nothing where nobody was asked. */
export function renderJudged({ judgements, labels, quarantine }: ArmState, style: Style): readonly string[] {
  const of = (outcome: string): number =>
    judgements.reduce((sum, one) => sum + (one.outcome === outcome ? one.pairs : 0), 0);
  const all = judgements.reduce((sum, one) => sum + one.pairs, 0);
  return [
    ...(quarantine === null ? [] : [style.bad(`in quarantine: ${quarantine}`)]),
    ...(all === 0
      ? []
      : [
          `${plural(all, 'pair')} judged: ${count(of('shadow'))} for the candidate, ${count(of('tie') + of('exact'))} ties, ${count(of('primary'))} for the incumbent, ${count(of('abstained'))} abstentions`,
        ]),
    ...(labels.offered === 0 ? [] : [renderLabels(labels)]),
  ];
}

function renderLabels({ offered, answered, abstained, open, expired, table }: LabelState): string {
  const kappa = cohenKappa(table);
  const parts = [
    `${count(answered)} answered`,
    `${count(open)} open`,
    `${count(abstained)} undecided`,
    `${count(expired)} expired`,
  ];
  const agreement = kappa === null ? '' : `; kappa with the judge ${kappa.toFixed(2)}`;
  return `${plural(offered, 'pair')} offered for labels: ${parts.join(', ')}${agreement}`;
}

function share({ point }: Share): string {
  return point === null ? '-' : percent(point);
}
