import { SEGMENT_ALL } from '@understudy/instrumentation/trial';
import type { ArmState } from '../ledger/snapshot.js';
import { logSampleRatio } from '../stats/sample-ratio.js';
import type { WinRate } from '../tally/win-rate.js';
import { winRateSnapshot } from '../tally/win-rate-snapshot.js';

/** As for any sample that is not what it says it is. */
const TOO_FAR = Math.log(1000);

/**
 * The evidence of an arm without labels that were not drawn as the policy says. A label is what it is because nobody chose the pair: lines
 * that lack those nobody answered, or all of them, would let the judge's word pass for a person's.
 *
 * @param rate The policy's probability that a judged pair is offered to a person.
 */
export function withDrawnLabels(preferences: ArmState['preferences'], rate: number): ArmState['preferences'] {
  const overall = Object.hasOwn(preferences, SEGMENT_ALL) ? preferences[SEGMENT_ALL] : undefined;
  const sound = overall?.labelled ? isDrawn(overall.labelled, rate) : true;
  return Object.fromEntries(
    Object.entries(preferences).map(([stream, evidence]) => {
      const { labelled } = evidence;
      const kept = sound && labelled !== null && isDrawn(labelled, rate);
      return [stream, { ...evidence, labelled: kept ? labelled : null }];
    }),
  );
}

function isDrawn(labelled: WinRate, rate: number): boolean {
  const { pairs, missing, known, offered } = winRateSnapshot(labelled);
  const others = pairs - missing - known - offered;
  if (rate === 1) return others === 0;
  return logSampleRatio({ counts: [offered, others], probabilities: [rate, 1 - rate] }) < TOO_FAR;
}
