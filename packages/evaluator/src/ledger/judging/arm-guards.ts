import { type ArmGuard, mergeArmGuards } from '../../judge/guard/arm-guard.js';
import { readArmGuard, storedText } from '../../judge/stored.js';
import type { Query } from '../database.js';
import { storable } from '../text.js';
import type { GuardedRow } from './judging-ledger.js';

/** Where a state is kept. A period is an hour of the calls' start. */
type Place = readonly [run: string, arm: string, segment: string, period: number];

export const PERIOD_MS = 3_600_000;

/** Adds the states of pairs to those of their hours. */
export async function mergeGuards(query: Query, rows: readonly GuardedRow[]): Promise<void> {
  const places = Map.groupBy(rows, ({ run, arm, segment, period }) =>
    JSON.stringify([run, arm, storable(segment), period] satisfies Place),
  );
  for (const key of inOrder(places.keys())) {
    const place = JSON.parse(key) as Place;
    const fresh = (places.get(key) ?? []).map(({ state }) => state).reduce(mergeArmGuards);
    const { count } = await query(
      `insert into understudy.arm_guards (run, arm, segment, period, state) values ($1, $2, $3, $4, $5::json) on conflict do nothing`,
      [...place, storedText(fresh)],
    );
    if (count === 0) await change(query, place, (known) => mergeArmGuards(known, fresh));
  }
}

/** Takes what was said in these pairs out of the states of their hours; how many there were stays. */
export async function eraseGuarded(query: Query, pairs: readonly string[]): Promise<void> {
  const { rows } = await query<{ run: string; arm: string; segment: string; period: number }>(
    `select distinct g.run, g.arm, g.segment, g.period from understudy.pairs p join understudy.runs r using (run)
     join understudy.arm_guards g on g.run = p.run and g.arm = p.arm and g.segment = p.segment
       and g.period between p.slice * r.slice_ms / ${PERIOD_MS} and ((p.slice + 1) * r.slice_ms - 1) / ${PERIOD_MS}
     where p.pair = any($1::uuid[])`,
    [pairs],
  );
  const erased = new Set(pairs);
  const keys = rows.map(({ run, arm, segment, period }) => JSON.stringify([run, arm, segment, period] satisfies Place));
  for (const key of inOrder(keys)) {
    await change(query, JSON.parse(key) as Place, ({ seen, sample }) => ({
      seen,
      sample: sample.filter(({ pair }) => !erased.has(pair)),
    }));
  }
}

/** One order for all, so that no two transactions wait for each other. */
function inOrder(keys: Iterable<string>): readonly string[] {
  return [...keys].toSorted((a, b) => (a < b ? -1 : 1));
}

async function change(query: Query, place: Place, to: (known: ArmGuard) => ArmGuard): Promise<void> {
  const { rows } = await query<{ state: string }>(
    `select state::text as state from understudy.arm_guards
     where run = $1 and arm = $2 and segment = $3 and period = $4 for update`,
    place,
  );
  const [row] = rows;
  if (row === undefined) return;
  await query(
    `update understudy.arm_guards set state = $5::json where run = $1 and arm = $2 and segment = $3 and period = $4`,
    [...place, storedText(to(readArmGuard(row.state)))],
  );
}
