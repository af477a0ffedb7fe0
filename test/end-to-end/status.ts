import { setTimeout as sleep } from 'node:timers/promises';
import type { FunnelState as Funnel } from '../../packages/evaluator/src/ledger/snapshot.js';
import { understudy } from './processes.js';

/** The part of `understudy status --json` that the tests read. */
export interface Status {
  readonly runs: readonly RunStatus[];
  readonly producers: readonly { readonly id: string; readonly state: string }[];
  readonly rejected: { readonly count: number; readonly byCode: Readonly<Record<string, number>> };
}

export interface RunStatus {
  readonly experiment: string;
  readonly draws: readonly { readonly counts: readonly { readonly draws: number; readonly drawn: number }[] }[];
  readonly openCount: number;
  readonly closedCount: { readonly complete: number; readonly deadline: number };
  readonly arms: Readonly<Record<string, { readonly funnel: Funnel }>>;
  readonly verdicts: Readonly<
    Record<string, { readonly state: string; readonly reason: string; readonly sentence: string }>
  >;
}

async function readStatus(config: string): Promise<Status> {
  const { code, out, err } = await understudy(['status', '--json', '--config', config]);
  if (code !== 0) throw new Error(`status: exit ${code}\n${err}`);
  return JSON.parse(out) as Status;
}

/** Asks for the status until the condition holds. @throws after `timeoutMs`, with the last answer. */
export async function statusUntil(
  config: string,
  condition: (status: Status) => boolean,
  timeoutMs = 60_000,
): Promise<Status> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const status = await readStatus(config);
    if (condition(status)) return status;
    if (performance.now() > end)
      throw new Error(`not within ${timeoutMs} ms:\n${JSON.stringify(status, null, 1).slice(0, 6000)}`);
    await sleep(250);
  }
}

export const total = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, one) => sum + one, 0);

/** Every leg of every arm is accounted for, and every slice with calls is closed. */
export function settled({ runs }: Status): boolean {
  return (
    runs.length > 0 &&
    runs.every((run) => run.openCount === 0 && Object.values(run.arms).every(({ funnel }) => funnel.pending === 0))
  );
}

/** The funnel of one arm of the only run. */
export function funnelOf({ runs }: Status, arm: string): Funnel {
  const funnel = runs[0]?.arms[arm]?.funnel;
  if (funnel === undefined) throw new Error(`no funnel of ${arm}`);
  return funnel;
}
