import { armGuardReport } from '../judge/guard/arm-guard.js';
import { readArmGuard } from '../judge/stored.js';
import type { Query } from './database.js';
import type { RegisteredRun } from './ledger.js';

/** A period of the guards' states. */
const PERIOD_MS = 3_600_000;

/**
 * Puts arms into quarantine whose outputs of the hour of a slice, or of the one before, are the same for everybody. It stays: what such an arm won before, it won
 * in the same way.
 */
export async function quarantine(query: Query, run: RegisteredRun, at: number, now: number): Promise<void> {
  const period = Math.floor(at / PERIOD_MS);
  const { rows } = await query<{ arm: string; segment: string; state: unknown }>(
    `select g.arm, g.segment, g.state from understudy.arm_guards g
     where g.run = $1 and g.period in ($2, $3)
       and not exists (select from understudy.quarantines q where q.run = g.run and q.arm = g.arm) order by g.period, g.segment`,
    [run.id, period - 1, period],
  );
  for (const { arm, segment, state } of rows) {
    const { reason } = armGuardReport(readArmGuard(JSON.stringify(state)));
    if (reason === null) continue;
    await query(
      'insert into understudy.quarantines (run, arm, segment, reason, at) values ($1, $2, $3, $4, $5) on conflict do nothing',
      [run.id, arm, segment, reason, now],
    );
  }
}
