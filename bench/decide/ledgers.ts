import { standingsOf } from '../../packages/evaluator/src/decide/standing.js';
import { openLedger } from '../../packages/evaluator/src/ledger/open.js';
import * as script from '../../test/integration/ledger-script.js';
import { LEGS, type Place, remember } from '../ledger/history.js';

const SEGMENTS = 20;
const ROUNDS = 40;
/** Slices that are closed for good measure, by the ledger itself: their totals are what a verdict reads. */
const CLOSED = 5;
/** A key is 8 bytes to a replay and a row to a ledger; more of them change nothing here, and take long to make. */
const MOST_CLUSTERS = 1_000_000;

/** A ledger that so many pairs have gone through. */
export interface OldLedger {
  readonly pairs: number;
  /** Milliseconds from its rows to a verdict. */
  look(): Promise<number>;
  close(): Promise<void>;
}

/**
 * What is left of so many pairs: the counts, sums, cluster keys and tallies of their slices, compacted by the ledger; the rows of the pairs
 * themselves are left out, since nothing here reads them. Some slices more are stored and closed one by one.
 */
export async function oldLedger(place: Place, pairs: number): Promise<OldLedger> {
  const url = await place.url();
  const ledger = await openLedger(url, script.START);
  const run = script.scriptedRun();
  await ledger.registerRun(run, script.START);
  const producer = new script.ScriptedProducer(run);
  await ledger.storeBatch(producer.hello(), [], script.START);
  const slices = Math.ceil(pairs / (LEGS * SEGMENTS));
  const clusters = Math.min(pairs, MOST_CLUSTERS);
  await remember(url, run.id, { slices, clusters, segments: SEGMENTS, producers: 1 });
  for (let slice = 0; slice < CLOSED; slice += 1) {
    const names = Array.from({ length: SEGMENTS }, (_, index) => `segment${index + 1}`);
    const rows = names.flatMap((segment) => producer.admit(script.legs(slice, 2, { segment })));
    const now = script.at(slice + 3);
    await ledger.storeBatch(producer.finish(slice).batch({ now, watermark: now }), rows, now);
    await script.closeAt(ledger, run, now);
  }
  const now = script.at(20_000);
  while ((await script.compactAt(ledger, now)) > 0);
  return {
    pairs,
    close: () => ledger.close(),
    look: async () => {
      const before = performance.now();
      const [standing] = standingsOf(await ledger.snapshot({ now }));
      if (standing?.arm !== 'candidate') throw new Error('expected the candidate');
      return performance.now() - before;
    },
  };
}

/** The best look at each, turn by turn: what else runs on the machine can only add to one. */
export async function bestLooks(ledgers: readonly OldLedger[]): Promise<readonly number[]> {
  const least = ledgers.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [at, ledger] of ledgers.entries()) least[at] = Math.min(least[at] ?? Infinity, await ledger.look());
  return least;
}
