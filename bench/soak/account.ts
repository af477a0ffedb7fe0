import { statusUntil, total } from '../../test/end-to-end/status.js';

/** What the ledger says of an experiment's legs: `admitted = stored + dropped + aside + lost`. */
export interface Account {
  readonly admitted: number;
  readonly stored: number;
  readonly dropped: number;
  readonly aside: number;
  readonly lost: number;
}

/** For what a stopped service has left on the queue. */
const DRAIN_MS = 180_000;

/** Waits until the evaluator has all of it. @throws when that takes too long. */
export async function accountOf(config: string, experiment: string): Promise<Account> {
  const { runs } = await statusUntil(
    config,
    (status) =>
      status.producers.every(({ state }) => state === 'final') &&
      status.runs.length > 0 &&
      status.runs.every(({ arms }) => Object.values(arms).every(({ funnel }) => funnel.pending === 0)),
    DRAIN_MS,
  );
  const funnels = runs
    .filter((run) => run.experiment === experiment)
    .flatMap(({ arms }) => Object.values(arms).map(({ funnel }) => funnel));
  const sum = (of: (funnel: (typeof funnels)[number]) => number): number =>
    funnels.reduce((all, funnel) => all + of(funnel), 0);
  return {
    admitted: sum(({ admitted }) => admitted),
    stored: sum(({ stored }) => stored),
    dropped: sum(({ dropped }) => total(dropped)),
    aside: sum(({ aside }) => aside),
    lost: sum(({ lost }) => lost),
  };
}
