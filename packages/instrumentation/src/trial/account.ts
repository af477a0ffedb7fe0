import type { DropReason, Stage } from './funnel.js';
import type { Leg, RunId } from './trial.js';

/** What one row of the producer's account is about. */
export interface AccountKey {
  readonly run: RunId;
  readonly slice: number;
  readonly segment: string;
  readonly arm: string;
  readonly pi: number;
}

/** The producer's account of a slice: what the evaluator can hold us to. */
export interface Account {
  sliceOf(run: RunId, startedAt: number): number;
  isFinal(run: RunId, slice: number): boolean;
  /** A trace or key was drawn for the first time, with this probability. */
  drew(run: RunId, pi: number): void;
  /** It was drawn, and its call is accounted for. */
  drawn(run: RunId, pi: number): void;
  eligible(key: AccountKey): void;
  sampled(key: AccountKey): void;
  skipped(key: AccountKey, reason: DropReason): void;
  admitted(key: AccountKey): void;
  dropped(key: AccountKey, reason: DropReason): void;
}

/** The same as metrics, for people who look at the service. */
export interface Meters {
  reached(stage: Stage, names: { readonly experiment: string; readonly arm: string }): void;
  dropped(reason: DropReason, names: { readonly experiment: string; readonly arm: string }): void;
  measured(leg: Leg, experiment: string, arm: string | null, segment: string): void;
}

/** Whether calls may be admitted now, and with which salt their keys are hashed. */
export type Admittance =
  | { readonly open: true; readonly salt: Uint8Array }
  | { readonly open: false; readonly reason: 'not_announced' | 'memory_cap' | 'backlog_full' | 'shutting_down' };
