import { closeSlice } from '../tally/close-slice.js';
import { gatesOf } from '../tally/gates.js';
import { lastSettledSlice, measuredAt, sliceTimes, waitsFor } from './completeness.js';
import type { Database, Query } from './database.js';
import { LeaseLost } from './errors.js';
import { selectMain } from './judging/judge-state.js';
import { nameDrawn } from './judging/main-judge.js';
import { fence } from './lease.js';
import { addHour } from './hour-sums.js';
import { addLegs, selectClosedLegs } from './leg-sums.js';
import type { ClosedSlice, CloseOptions, CloseReason, RegisteredRun } from './ledger.js';
import { closeWinRates } from './close-win-rates.js';
import { closedThrough, factsOf, openSlices, producersOf } from './progress.js';
import { quarantine } from './quarantine.js';
import { selectRuns } from './runs.js';
import { loadSlice } from './slice-rows.js';
import { awaitWinRate } from './win-rate-rows.js';
import { winRateOf } from './win-rate-settings.js';
import { evidenceLegs, writeEvidence } from './write-evidence.js';

/** Slices looked at in one go; there may be more after them. */
const AT_ONCE = 64;
/** Slices closed in one call, of all runs together: what was closed has to be told, and others wait, before the next ones are. */
const MOST = 256;

/**
 * Closes what can be closed, slice by slice in order of start, each slice in a transaction of its own that holds the lease, and the runs in turn:
 * one that has thousands to be closed is gone on with the next time. A run whose slice cannot be closed because of an error does not stop the
 * others; the first error is thrown last.
 */
export async function closeSlices(database: Database, options: CloseOptions): Promise<readonly ClosedSlice[]> {
  const closed: ClosedSlice[] = [];
  const errors: unknown[] = [];
  let turns = (await selectRuns(database.query)).map((run) => ({ run, slices: closeRun(database, run, options) }));
  while (turns.length > 0) {
    const left: typeof turns = [];
    for (const turn of turns) {
      try {
        const some = closed.length < MOST ? await upTo(AT_ONCE, turn.slices) : [];
        closed.push(...some);
        if (some.length === AT_ONCE) left.push(turn);
        else await closeWinRates(database, turn.run, options);
      } catch (error) {
        if (error instanceof LeaseLost) return closed;
        errors.push(error);
      }
    }
    turns = left;
  }
  if (errors.length > 0) throw errors[0];
  return closed;
}

/** The next ones of a generator, which goes on where it was left. */
async function upTo<Item>(most: number, items: AsyncGenerator<Item>): Promise<readonly Item[]> {
  const some: Item[] = [];
  while (some.length < most) {
    const next = await items.next();
    if (next.done === true) break;
    some.push(next.value);
  }
  return some;
}

async function* closeRun(database: Database, run: RegisteredRun, options: CloseOptions): AsyncGenerator<ClosedSlice> {
  const settings = run.definition.slice;
  const last = lastSettledSlice(settings.lengthMs, options.now, options.queue);
  for (;;) {
    const after = await closedThrough(database.query, run.id);
    const slices = await openSlices(database.query, run.id, { after, last, limit: AT_ONCE });
    if (slices.length === 0) return;
    const producers = await producersOf(database.query, run.id);
    const facts = await factsOf(database.query, run.id, slices);
    for (const slice of slices) {
      const waits = waitsFor(slice, settings, producers, facts.get(slice) ?? new Map(), options.now, options.queue);
      if (waits.length > 0) return;
      const one = await database.transaction((query) => closeOne(query, run, slice, after, options));
      // An older slice has appeared meanwhile: look again.
      if (one === null) break;
      yield one;
    }
  }
}

async function closeOne(
  query: Query,
  run: RegisteredRun,
  slice: number,
  after: number,
  { holder, now, queue }: CloseOptions,
): Promise<ClosedSlice | null> {
  await fence(query, holder, now);
  const through = await closedThrough(query, run.id, 'for update');
  const [oldest] = await openSlices(query, run.id, { after: through, last: slice, limit: 1 });
  if (through < after || oldest !== slice) return null;
  const { judge, policy, piMin } = run.definition;
  if (judge !== null) await nameLeft(query, run.id, now);
  const rows = await loadSlice(query, run.id, slice);
  const gates = gatesOf(policy.gates);
  const evidence = closeSlice({ ...rows, slice, gates, piMin });
  await writeEvidence(query, run, slice, { ...rows, gates }, evidence);
  if (winRateOf(run.definition) !== null) await awaitWinRate(query, run.id, slice, evidence.absent);
  if (judge !== null) await quarantine(query, run, sliceTimes(slice, run.definition.slice).startsAt, now);
  const deadline = measuredAt(now, queue) >= sliceTimes(slice, run.definition.slice).deadlineAt;
  const reason: CloseReason = deadline ? 'deadline' : 'complete';
  const summary = { stored: rows.stored, evidence: evidence.clusters.length, missing: evidence.missing };
  await query(
    `insert into understudy.slices (run, slice, reason, stored, evidence, missing, refused, closed_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [run.id, slice, reason, summary.stored, summary.evidence, summary.missing, evidence.refused, now],
  );
  await query(
    `update understudy.closed set through = $2, first = coalesce(first, $2), ${reason} = ${reason} + 1
     where run = $1 and metric = 'evidence'`,
    [run.id, slice],
  );
  const legs = [...(await selectClosedLegs(query, run.id, [slice])), ...evidenceLegs(rows, evidence)];
  await addLegs(query, run.id, legs);
  await addHour(query, run.id, sliceTimes(slice, run.definition.slice).startsAt, legs);
  return { run: run.id, slice, reason, ...summary };
}

/** Two batches at once, one of them by somebody who cannot name the judge: the other one does not see what it leaves without a name. */
async function nameLeft(query: Query, run: string, now: number): Promise<void> {
  const main = await selectMain(query, run);
  if (main !== null) await nameDrawn(query, run, main, now);
}
