import { AA_ARM } from '@understudy/instrumentation/trial';
import type { Ledger, ShownPair } from '../ledger/ledger.js';
import type { LedgerSnapshot } from '../ledger/snapshot.js';

/** A stored pair, with whose it is. */
export interface NewPair {
  readonly experiment: string;
  readonly shown: ShownPair;
}

/** Reads pairs that were not read before. */
export interface NewPairs {
  /** The oldest call first. `passedOver`: so many more were stored meanwhile. */
  next(
    snapshot: Pick<LedgerSnapshot, 'runs'>,
  ): Promise<{ readonly pairs: readonly NewPair[]; readonly passedOver: number }>;
}

/** At one look, of one candidate. */
const MOST_READ = 20;

/** Follows every candidate of every run. What was stored before the first look is old, but for the newest few. */
export function followPairs(ledger: Pick<Ledger, 'readPairs'>): NewPairs {
  const known = new Map<string, { stored: number; readonly pairs: Set<string> }>();
  return {
    async next({ runs }) {
      const found: NewPair[] = [];
      let passedOver = 0;
      for (const { run, arms } of runs) {
        for (const [arm, { funnel }] of Object.entries(arms)) {
          if (arm === AA_ARM) continue;
          const name = `${run.id} ${arm}`;
          const last = known.get(name);
          if (funnel.stored === (last?.stored ?? 0)) continue;
          const read = await ledger.readPairs({ run: run.id, arm, limit: MOST_READ });
          const fresh = read.filter(({ pair }) => last?.pairs.has(pair) !== true);
          if (last !== undefined) passedOver += Math.max(0, funnel.stored - last.stored - fresh.length);
          // A call that began early and took long comes among those known already: they are told apart by their ids.
          known.set(name, { stored: funnel.stored, pairs: new Set(read.map(({ pair }) => pair)) });
          found.push(...fresh.map((shown) => ({ experiment: run.experiment, shown })));
        }
      }
      // The ids of calls begin with the time they began.
      return { pairs: found.toSorted((a, b) => (a.shown.call < b.shown.call ? -1 : 1)), passedOver };
    },
  };
}

/** When the call began, in epoch ms: the first 48 bits of a UUIDv7. */
export function startOf({ call }: Pick<ShownPair, 'call'>): number {
  return Number.parseInt(call.replaceAll('-', '').slice(0, 12), 16);
}
