import type { Query } from './database.js';
import { LeaseLost } from './errors.js';

const NAME = 'closer';

/** Takes the lease where it is free, expired or already ours. */
export async function tryLease(query: Query, holder: string, now: number, ttlMs: number): Promise<boolean> {
  const { count } = await query(
    `insert into understudy.lease as l (name, holder, expires_at) values ($1, $2, $3)
     on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at
     where l.holder = excluded.holder or l.expires_at <= $4`,
    [NAME, holder, now + ttlMs, now],
  );
  return count === 1;
}

export async function releaseLease(query: Query, holder: string): Promise<void> {
  await query('delete from understudy.lease where name = $1 and holder = $2', [NAME, holder]);
}

/** Holds the lease until the end of the transaction: whoever wants to take it over waits. Throws {@link LeaseLost}. */
export async function fence(query: Query, holder: string, now: number): Promise<void> {
  const { rows } = await query<{ holder: string; expires_at: number }>(
    'select holder, expires_at from understudy.lease where name = $1 for update',
    [NAME],
  );
  const lease = rows[0];
  if (lease === undefined || lease.holder !== holder || lease.expires_at <= now) throw new LeaseLost(holder);
}
