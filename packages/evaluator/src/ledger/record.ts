import type { Run } from '@understudy/instrumentation/experiment';
import type { Leg, RunId, Trial } from '@understudy/instrumentation/trial';

/** A run with its place among the runs of its experiment. `k` counts from 1. */
export interface RegisteredRun extends Run {
  readonly k: number;
  readonly registeredAt: number;
}

/** What the queue lets the closer know. */
export interface QueueView {
  /** Epoch ms since when the queue has been reachable without a break. */
  readonly connectedSince: number;
  /** Every job put on the queue before this time (epoch ms) has been handled: now where the queue is drained. */
  readonly handledThrough: number;
}

/** Why a slice was closed: every producer accounted for its calls, or its deadline had passed. */
export type CloseReason = 'complete' | 'deadline';

/** A state that stays until a new run, as the verdict gave it. */
export interface StoredTransition {
  readonly run: RunId;
  readonly arm: string;
  readonly state: 'no_go' | 'invalid';
  /** Of an `invalid` one: what the verdict says. Absent: `noise_harm`. */
  readonly reason?: 'noise_harm' | 'sample_ratio';
  readonly stream: string;
  readonly sentence: string;
  /** Pairs of evidence in the overall stream at that look. */
  readonly pairs: number;
  readonly at: number;
}

/** What was said and where its spans are: what a person looks at, never what decides. */
export interface PairContent {
  readonly operation: string;
  readonly stream: boolean;
  readonly startedAt: number;
  readonly input: Trial['input'];
  readonly primary: Leg;
  readonly shadow: Leg;
}
