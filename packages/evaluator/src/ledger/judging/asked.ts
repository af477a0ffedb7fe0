import type { Query } from '../database.js';
import type { Asked } from '../judging-state.js';

/** Adds one request to what was asked for. */
export async function noteAsked(query: Query, { experiment, who, outcome, cost }: Omit<Asked, 'calls'>): Promise<void> {
  await query(
    `insert into understudy.asked as a (experiment, who, outcome, calls, cost) values ($1, $2, $3, 1, $4)
     on conflict (experiment, who, outcome) do update set calls = a.calls + 1, cost = a.cost + excluded.cost`,
    [experiment, who, outcome, Math.round(cost)],
  );
}

export async function selectAsked(query: Query): Promise<readonly Asked[]> {
  const { rows } = await query<Asked>(
    'select experiment, who, outcome, calls, cost from understudy.asked order by experiment, who, outcome',
  );
  return rows;
}
