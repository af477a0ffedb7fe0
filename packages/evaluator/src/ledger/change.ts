import type { RunId } from '@understudy/instrumentation/trial';

/** What a look saw of the newest run of an experiment. */
export interface SeenVerdict {
  readonly experiment: string;
  readonly arm: string;
  readonly run: RunId;
  readonly k: number;
  readonly state: 'invalid' | 'no_go' | 'hold' | 'go_provisional' | 'go';
  readonly reason: string;
  readonly sentence: string;
  /** Pairs of evidence in the overall stream. */
  readonly pairs: number;
  /** Of the look, in epoch ms. */
  readonly at: number;
}

/** A verdict that is not what it was, or the first one of a run. */
export interface VerdictChange extends SeenVerdict {
  /** The same for whoever is told of it, however often. */
  readonly id: number;
  /** What it was, of this run or the one before; null: nothing was known of this candidate. */
  readonly previous: SeenVerdict['state'] | null;
}
