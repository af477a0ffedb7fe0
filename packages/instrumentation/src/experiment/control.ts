import { z } from 'zod';
import type { Window } from './sampling.js';

const CONTROL_VERSION = 1;

/** What people set for an experiment while it runs. What is absent is as the service has it configured. */
export interface Control {
  readonly v: typeof CONTROL_VERSION;
  readonly enabled?: boolean;
  /** In the place of `sample.rate`, in [0, 1]. Rules keep their rates, but for 0: then nothing is sampled. */
  readonly rate?: number;
  /** Either end of the window, in epoch ms; the other one is as configured. */
  readonly window?: { readonly from?: number; readonly until?: number };
  /** Epoch ms, by the clock of who set it: for people. The last writer wins, not the latest time. */
  readonly setAt: number;
  /** Who set it, for people. */
  readonly by?: string;
}

/** How far a run is on its way to its target. `slow`: it goes on at the target's rate. `stopped`: nothing is shadowed any more. */
export type Phase = 'open' | 'slow' | 'stopped';

/** A phase as it is written down for one run. */
export interface PhaseRecord {
  readonly v: typeof CONTROL_VERSION;
  readonly run: string;
  readonly phase: Phase;
  /** Epoch ms at which it was written. */
  readonly at: number;
}

const LATEST = 8.64e15;
const epochMs = z.number().min(0).max(LATEST);
// Keys that are not named here are left out, whatever they say: neither a target nor a key can come this way.
const control = z.object({
  v: z.literal(CONTROL_VERSION),
  enabled: z.boolean().optional(),
  rate: z.number().min(0).max(1).optional(),
  window: z.object({ from: epochMs.optional(), until: epochMs.optional() }).optional(),
  setAt: epochMs,
  by: z.string().max(256).optional(),
});
const phaseRecord = z.object({
  v: z.literal(CONTROL_VERSION),
  run: z.string().max(64),
  phase: z.enum(['open', 'slow', 'stopped']),
  at: epochMs,
});

/** Where an experiment's {@link Control} is among the settings of the queue's store. */
export function controlId(experiment: string): string {
  return `control-${experiment}`;
}

/** Where a run's {@link PhaseRecord} is among the settings of the queue's store. */
export function phaseId(run: string): string {
  return `phase-${run}`;
}

/** A control as it came out of a store, or null where it is none. */
export function readControl(data: unknown): Control | null {
  return (control.safeParse(data).data as Control | undefined) ?? null;
}

/** A run's phase as it came out of a store, or null where it is none, or another run's. */
export function readPhase(data: unknown, run: string): Phase | null {
  const record = phaseRecord.safeParse(data).data;
  return record?.run === run ? record.phase : null;
}

/** The configured window with what people have set over it. An end that nobody has set is as far away as a date can be. */
export function windowUnder(configured: Window | null, set: Control | null): Window | null {
  const { from, until } = set?.window ?? {};
  if (from === undefined && until === undefined) return configured;
  return { from: from ?? configured?.from ?? 0, until: until ?? configured?.until ?? LATEST };
}

/** Whether a window has an end at all. */
export function hasEnd(window: Window): boolean {
  return window.until < LATEST;
}
