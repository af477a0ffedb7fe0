import type { ExperimentInput, UnderstudyOptions } from '../../packages/instrumentation/src/index.js';
import { DROP_REASONS, type DropReason } from '../../packages/instrumentation/src/trial/funnel.js';
import { announced, type Service, startService } from '../integration/service-harness.js';

/** What became of the calls of a service's one candidate. */
export interface Account {
  readonly called: number;
  readonly pairs: number;
  /** By reason, those that were lost. */
  readonly dropped: Readonly<Record<string, number>>;
}

export async function started(options: UnderstudyOptions): Promise<Service> {
  const service = startService(options);
  await announced(service);
  return service;
}

/** Of arm `candidate`: what was called is paired or dropped. */
export async function accountOf({ sum }: Service): Promise<Account> {
  const arm = 'candidate';
  const dropped: Record<string, number> = {};
  for (const reason of Object.keys(DROP_REASONS)) {
    const count = await sum('understudy.dropped', { reason, arm });
    if (count > 0) dropped[reason] = count;
  }
  const paired = await sum('understudy.funnel', { stage: 'paired', arm });
  const lostAfter = Object.entries(dropped)
    .filter(([reason]) => DROP_REASONS[reason as DropReason].after === 'paired')
    .reduce((total, [, count]) => total + count, 0);
  return { called: await sum('understudy.funnel', { stage: 'called', arm }), pairs: paired - lostAfter, dropped };
}

/** Failures of ours that nobody has handled, which are the host's then. */
export function watchHost(): { readonly failures: readonly unknown[]; stop(): void } {
  const failures: unknown[] = [];
  const on = (error: unknown): void => void failures.push(error);
  process.on('unhandledRejection', on);
  process.on('uncaughtException', on);
  return {
    failures,
    stop() {
      process.off('unhandledRejection', on);
      process.off('uncaughtException', on);
    },
  };
}

/** Lets rejections that nobody handles be noticed. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export const NO_NOISE: Partial<ExperimentInput> = {
  noise: { rate: 0 },
  policy: { gates: { errors: { margin: 0.05 } } },
  shadow: { timeoutMs: 300 },
};
