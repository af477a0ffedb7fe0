import { type Batch, eraseTrial, type Trial } from '@understudy/instrumentation/trial';
import type { ErasureTarget } from './ledger.js';

/** Whether a trial is a part of what is to be erased, and has not been yet. */
export function isWanted(trial: Trial, target: ErasureTarget): boolean {
  if (trial.erased === true) return false;
  if (target.kind === 'subject') return trial.subject === target.subject;
  return trial.callId === target.call || Object.values(trial.legs).some(({ pairId }) => pairId === target.pair);
}

/** A batch without what is to be erased, or null where it holds nothing of it. */
export function eraseInBatch(batch: Batch, target: ErasureTarget): Batch | null {
  if (!batch.trials.some((trial) => isWanted(trial, target))) return null;
  return { ...batch, trials: batch.trials.map((trial) => (isWanted(trial, target) ? eraseTrial(trial) : trial)) };
}
