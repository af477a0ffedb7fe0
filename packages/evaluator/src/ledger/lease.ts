import type { Query } from './database.js';
import { LeaseLost } from './errors.js';
import type { QueueView } from './record.js';

const NAME = 'closer';

/** Takes the lease where it is free, expired or already ours. */
export async function tryLease(query: Query, holder: string, now: number, ttlMs: number): Promise<boolean> {
  const { count } = await query(
    `insert into understudy.lease as l (name, holder, expires_at) values ($1, $2, $3)
     on conflict (name) do update set holder = excluded.holder, expires_at = excluded.expires_at,
       handled_through = case when l.holder = excluded.holder then l.handled_through end,
       connected_since = case when l.holder = excluded.holder then l.connected_since end
     where l.holder = excluded.holder or l.expires_at <= $4`,
    [NAME, holder, now + ttlMs, now],
  );
  return count === 1;
}

/** Keeps with the lease what its holder knows of the queue. */
export async function noteQueue(
  query: Query,
  holder: string,
  { handledThrough, connectedSince }: QueueView,
): Promise<void> {
  await query(
    'update understudy.lease set handled_through = $3, connected_since = $4 where name = $1 and holder = $2',
    [NAME, holder, Math.floor(handledThrough), Math.floor(connectedSince)],
  );
}

/** What whoever holds the lease at `now` knows of the queue; null where nobody does, or has not looked yet. */
export async function selectQueueView(query: Query, now: number): Promise<QueueView | null> {
  const { rows } = await query<{ handled_through: number | null; connected_since: number | null }>(
    'select handled_through, connected_since from understudy.lease where name = $1 and expires_at > $2',
    [NAME, now],
  );
  const { handled_through: handledThrough = null, connected_since: connectedSince = null } = rows[0] ?? {};
  return handledThrough === null || connectedSince === null ? null : { handledThrough, connectedSince };
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
