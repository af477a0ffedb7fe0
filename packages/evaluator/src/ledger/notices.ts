import type { VerdictChange } from './change.js';
import type { Database, Query } from './database.js';
import { LeaseLost } from './errors.js';
import { fence } from './lease.js';

/** A change that is to be sent to one destination, and by nobody else until `claimedUntil`. */
export interface Notice {
  readonly destination: string;
  readonly change: VerdictChange;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  /** Epoch ms. */
  readonly claimedUntil: number;
}

export interface ClaimOptions {
  readonly holder: string;
  readonly now: number;
  readonly destination: string;
  /** How long it is nobody else's, in milliseconds. */
  readonly claimMs: number;
}

/** What came of an attempt. `failure`: in words without anything secret. */
export type Attempted =
  | { readonly status: 'sent' }
  | { readonly status: 'again'; readonly dueAt: number; readonly failure: string }
  | { readonly status: 'given_up'; readonly failure: string };

/** The part of the ledger that says who was told of a change of a verdict. */
export interface NoticeLedger {
  /**
   * Takes the oldest notice that is open for a destination: one after the other, so that they arrive in order. Null: there is none, it is not
   * due yet, somebody is at it, or the lease is another's.
   */
  claim(options: ClaimOptions): Promise<Notice | null>;
  /** Notes what came of a claimed notice. Changes nothing where the claim is over and another has taken it. */
  settle(notice: Notice, attempted: Attempted, now: number): Promise<void>;
}

type Row = VerdictChange & { readonly attempts: number; readonly due_at: number; readonly claimed_until: number };

export function noticesOf(database: Database): NoticeLedger {
  return {
    async claim(options) {
      if (!isDue(await oldest(database.query, options.destination), options.now)) return null;
      try {
        return await database.transaction((query) => claim(query, options));
      } catch (error) {
        if (error instanceof LeaseLost) return null;
        throw error;
      }
    },
    async settle({ destination, change, claimedUntil }, attempted, now) {
      const isOver = attempted.status !== 'again';
      await database.query(
        `update understudy.notices set settled_at = $4, due_at = $5, failure = $6, claimed_until = 0
         where destination = $1 and change = $2 and claimed_until = $3 and settled_at is null`,
        [
          destination,
          change.id,
          claimedUntil,
          isOver ? now : null,
          attempted.status === 'again' ? attempted.dueAt : now,
          attempted.status === 'sent' ? null : attempted.failure,
        ],
      );
    },
  };
}

async function claim(query: Query, { holder, now, destination, claimMs }: ClaimOptions): Promise<Notice | null> {
  await fence(query, holder, now);
  const row = await oldest(query, destination);
  if (!isDue(row, now)) return null;
  const { attempts, due_at: _due, claimed_until: _claimed, ...change } = row;
  const claimedUntil = now + claimMs;
  await query(
    'update understudy.notices set claimed_until = $3, attempts = attempts + 1 where destination = $1 and change = $2',
    [destination, change.id, claimedUntil],
  );
  return { destination, change, attempt: attempts + 1, claimedUntil };
}

function isDue(row: Row | null, now: number): row is Row {
  return row !== null && row.due_at <= now && row.claimed_until <= now;
}

async function oldest(query: Query, destination: string): Promise<Row | null> {
  const { rows } = await query<Row>(
    `select c.id, c.experiment, c.arm, c.run, c.k, c.state, c.previous, c.reason, c.sentence, c.pairs, c.at,
       n.attempts, n.due_at, n.claimed_until
     from understudy.notices n join understudy.changes c on c.id = n.change
     where n.destination = $1 and n.settled_at is null order by n.change limit 1`,
    [destination],
  );
  return rows[0] ?? null;
}
